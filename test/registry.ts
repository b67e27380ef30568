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

/** Serves packed packages as if they were published, and sends whoever asks for others to the registry `elsewhere`. */
export async function startRegistry(tarballs: readonly string[], elsewhere: string): Promise<Registry> {
  const packages = new Map(tarballs.map((path) => [manifestIn(path).name, path]));
  const files = new Map(tarballs.map((path) => [`/${basename(path)}`, path]));
  const server = createServer(({ url = '/' }, response): unknown => {
    const path = decodeURIComponent(url.split('?')[0]);
    const [tarball, packed] = [files.get(path), packages.get(path.slice(1))];
    if (tarball !== undefined) return response.end(readFileSync(tarball));
    if (packed === undefined) return response.writeHead(302, { location: elsewhere + url.slice(1) }).end();
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify(packument(packed, address())));
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: address(), close };
}

/** A registry's metadata of a package that was published once. */
function packument(tarball: string, url: string) {
  const manifest = manifestIn(tarball);
  const { name, version } = manifest;
  const bytes = readFileSync(tarball);
  const hash = (algorithm: string, encoding: 'hex' | 'base64') =>
    createHash(algorithm).update(bytes).digest(encoding);
  const dist = {
    tarball: url + basename(tarball),
    shasum: hash('sha1', 'hex'),
    integrity: `sha512-${hash('sha512', 'base64')}`,
  };
  const published = '2026-01-01T00:00:00.000Z';
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
    time: { created: published, modified: published, [version]: published },
  };
}

function manifestIn(tarball: string): { readonly name: string; readonly version: string } {
  return JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }));
}
