import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generatorOfRun } from './generatorFiles.js';

const root = mkdtempSync(join(tmpdir(), 'pix2pix-runs-'));
after(() => rmSync(root, { recursive: true }));

test('where there is no run of a name, runs are listed, and no other folders', () => {
  for (const folder of ['facades', 'images', 'theirs']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'facades', 'latest_net_G.safetensors'), '');
  writeFileSync(join(root, 'theirs', '200_net_G.pth'), '');
  assert.throws(
    () => generatorOfRun(join(root, 'images'), 'latest'),
    /no checkpoint latest of images\n[\s\S]* runs +facades, theirs\n +fix +name a run/,
  );
  assert.throws(() => generatorOfRun(join(root, 'facade'), 'latest'), /did you mean facades\?/);
});
