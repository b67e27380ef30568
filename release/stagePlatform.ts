import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Manifest, readManifest } from './manifest.js';
import type { NativePackage, Platform } from './platformPackages.js';

/** The repository, from dist/release. */
const root = fileURLToPath(new URL('../../', import.meta.url));

/** `pix2pix-ts-ort-linux-x64`; the loader builds the same name of `process.platform` and `process.arch`. */
export function nameOf({ prefix }: NativePackage, { os, cpu }: Platform): string {
  return `${prefix}-${os}-${cpu}`;
}

/**
 * Lays out the package of one platform. Its version is the source's, so that it is published anew only when the source
 * changes.
 *
 * @param modules the folder node_modules in which the source is installed
 * @param main the manifest of pix2pix-ts, for what all packages share
 * @returns what its package.json says
 */
export function stagePlatform(
  native: NativePackage,
  platform: Platform,
  { modules, main, folder }: { readonly modules: string; readonly main: Manifest; readonly folder: string },
): Manifest {
  const from = join(modules, native.source);
  const source = readManifest(from);
  mkdirSync(folder, { recursive: true });
  for (const path of [...native.shared, platform.folder])
    cpSync(join(from, path), join(folder, path), {
      recursive: true,
      filter: (file) => !file.endsWith('.map'),
    });
  for (const name of platform.without ?? []) rmSync(join(folder, platform.folder, name));
  copyNotices([from, join(root, 'release', native.notices)], folder);
  const { type, main: entry, types, license, dependencies = {} } = source;
  const manifest: Manifest = {
    name: nameOf(native, platform),
    version: source.version,
    description: native.description,
    ...{ license, homepage: main.homepage, bugs: main.bugs, repository: main.repository },
    ...{ type, main: entry, types },
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.libc && { libc: [platform.libc] }),
    engines: main.engines,
    dependencies: Object.fromEntries(native.dependencies.map((name) => [name, dependencies[name]])),
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), readme(native, source));
  return manifest;
}

function copyNotices(folders: readonly string[], to: string): void {
  const paths = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  for (const path of paths.filter(isNotice)) cpSync(path, join(to, basename(path)));
  if (!readdirSync(to).some((name) => /^licen/i.test(name)))
    throw new Error(`there is no licence in ${folders.join(' or ')}`);
}

const isNotice = (path: string) => /^(licen[cs]e|(third.?party)?notices?)(\.\w+)?$/i.test(basename(path));

function readme({ source: name, description }: NativePackage, { version }: Manifest): string {
  return `${description}.\n\nThese are files of ${name} ${version}, unchanged. They are for pix2pix-ts; there is no reason to install them by themselves.\n`;
}
