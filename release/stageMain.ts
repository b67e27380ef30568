import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from './manifest.js';
import { packedFiles } from './npmPack.js';
import type { NativePackage } from './platformPackages.js';

/** The package of one platform, as it was staged, and how pix2pix-ts has it. */
export interface StagedPackage {
  readonly manifest: Manifest;
  readonly needed: NativePackage['needed'];
}

/**
 * Lays out pix2pix-ts itself: the files that package.json names, without what only a clone needs, and with the packages
 * of the platforms as optional dependencies or optional peers, each in exactly the version that was staged with it.
 */
export function stageMain(
  root: string,
  {
    main,
    natives,
    folder,
  }: { readonly main: Manifest; readonly natives: readonly StagedPackage[]; readonly folder: string },
): void {
  for (const path of packedFiles(root)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (path.endsWith('.md'))
      writeFileSync(join(folder, path), withAddresses(path, readFileSync(join(root, path), 'utf8'), main));
    else cpSync(join(root, path), join(folder, path));
  }
  const { scripts: _, devDependencies: __, ...published } = main;
  const versions = (needed: StagedPackage['needed']) =>
    Object.fromEntries(
      natives
        .filter((native) => native.needed === needed)
        .map(({ manifest: { name, version } }) => [name, version]),
    );
  const peers = versions('peerDependencies');
  const optional = Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }]));
  const manifest = {
    ...published,
    optionalDependencies: versions('optionalDependencies'),
    peerDependencies: { ...main.peerDependencies, ...peers },
    peerDependenciesMeta: { ...main.peerDependenciesMeta, ...optional },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * A document whose links to other files of the repository lead to where they are: the package has few of them, and where
 * it is shown by a registry none.
 * @param path of the document in the repository
 */
export function withAddresses(path: string, text: string, { homepage }: Pick<Manifest, 'homepage'>): string {
  const here = `${homepage}/blob/main/${path}`;
  return text.replace(/(!?)\]\((?!https?:|#|mailto:)([^)\s]+)\)/g, (_, picture: string, target: string) => {
    return `${picture}](${new URL(target, here)})`;
  });
}
