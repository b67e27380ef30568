import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';

/** A registry of npm's kind on this machine, as long as it is open. */
export interface Registry {
  /** With a slash at its end. */
  readonly url: string;
  close(): void;
}

/** A package that was packed. All is read once, since a client that waits for its answers warns. */
interface Packed {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly bytes: Buffer;
  /** Where a registry has it: `/NAME/-/NAME-1.2.3.tgz`. */
  readonly path: string;
  readonly shasum: string;
  readonly integrity: string;
}

/**
 * Serves packed packages as if they were published, and all others from the registry `elsewhere`: their metadata as if they
 * were published here, since Yarn keeps a package whose tarball lies on another server under another name.
 */
export async function startRegistry(tarballs: readonly string[], elsewhere: string): Promise<Registry> {
  const packages = tarballs.map(readPacked);
  const server = createServer(async ({ url = '/' }, response): Promise<unknown> => {
    const path = decodeURIComponent(url.split('?')[0]);
    const tarball = packages.find((packed) => packed.path === path);
    if (tarball !== undefined) return response.end(tarball.bytes);
    if (path.endsWith('.tgz') || path.startsWith('/-/'))
      return response.writeHead(302, { location: elsewhere + url.slice(1) }).end();
    response.setHeader('content-type', 'application/json');
    const packed = packages.find(({ manifest }) => `/${manifest.name}` === path);
    if (packed !== undefined) return response.end(JSON.stringify(packument(packed, address())));
    const found = await fetch(elsewhere + url.slice(1));
    response.statusCode = found.status;
    return response.end((await found.text()).replaceAll(elsewhere, address()));
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: address(), close };
}

function readPacked(tarball: string): Packed {
  const text = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
  const manifest = JSON.parse(text) as Packed['manifest'];
  const bytes = readFileSync(tarball);
  const hash = (algorithm: string, encoding: 'hex' | 'base64') =>
    createHash(algorithm).update(bytes).digest(encoding);
  return {
    manifest,
    bytes,
    path: `/${manifest.name}/-/${basename(tarball)}`,
    shasum: hash('sha1', 'hex'),
    integrity: `sha512-${hash('sha512', 'base64')}`,
  };
}

/** A registry's metadata of a package that was published once. */
function packument({ manifest, path, shasum, integrity }: Packed, url: string) {
  const { name, version } = manifest;
  const dist = { tarball: url + path.slice(1), shasum, integrity };
  const published = '2026-01-01T00:00:00.000Z';
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
    time: { created: published, modified: published, [version]: published },
  };
}
