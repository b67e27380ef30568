import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from './manifest.js';
import { packedFiles } from './npmPack.js';

/**
 * Lays out pix2pix-ts itself: the files that package.json names, without what only a clone needs, and with the packages
 * of the platforms as optional dependencies, each in exactly the version that was staged with it.
 */
export function stageMain(
  root: string,
  {
    main,
    natives,
    folder,
  }: { readonly main: Manifest; readonly natives: readonly Manifest[]; readonly folder: string },
): void {
  for (const path of packedFiles(root)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (path.endsWith('.md'))
      writeFileSync(join(folder, path), withAddresses(readFileSync(join(root, path), 'utf8'), main));
    else cpSync(join(root, path), join(folder, path));
  }
  const { scripts: _, devDependencies: __, ...published } = main;
  const optionalDependencies = Object.fromEntries(natives.map(({ name, version }) => [name, version]));
  const manifest = { ...published, optionalDependencies };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** A document whose links to other files of the repository, which are not in the package, lead to where they are. */
export function withAddresses(text: string, { homepage }: Pick<Manifest, 'homepage'>): string {
  return text.replace(/(!?)\]\((?!https?:|#|mailto:)([^)\s]+)\)/g, (_, picture: string, path: string) => {
    return `${picture}](${homepage}/blob/main/${path})`;
  });
}
