// Makes the tarballs of all that is published: `npm run release:pack -- --out DIR`, and then `npm publish` of each.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readManifest } from './manifest.js';
import { npmPack } from './npmPack.js';
import { NATIVE_PACKAGES } from './platformPackages.js';
import { stageMain } from './stageMain.js';
import { nameOf, stagePlatform } from './stagePlatform.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
if (out === undefined) {
  console.error('error: --out is missing\n  fix  npm run release:pack -- --out DIR');
  process.exit(1);
}
const main = readManifest(root);
const stage = mkdtempSync(join(tmpdir(), 'pix2pix-release-'));
try {
  mkdirSync(out, { recursive: true });
  const pack = (folder: string) => console.log(npmPack(folder, resolve(out)));
  const natives = NATIVE_PACKAGES.flatMap((native) =>
    native.platforms.map((platform) => {
      const folder = join(stage, nameOf(native, platform));
      const manifest = stagePlatform(native, platform, { modules: join(root, 'node_modules'), main, folder });
      pack(folder);
      rmSync(folder, { recursive: true });
      return { manifest, needed: native.needed };
    }),
  );
  const folder = join(stage, main.name);
  stageMain(root, { main, natives, folder });
  pack(folder);
} finally {
  rmSync(stage, { recursive: true });
}
if (main.homepage?.includes('.invalid/')) {
  console.warn(
    'warning: homepage, repository and bugs in package.json are placeholders: set them before publishing',
  );
}
