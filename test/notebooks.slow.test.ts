import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, temporaryFolder, textOf } from './tinyRun.js';

// The notebooks of the first steps: their cells, one after another, as the kernel runs them, but by Node.

const folder = temporaryFolder();

/** The code of a notebook. Deno names packages of npm by a prefix that Node does not know. */
function codeOf(name: string): string {
  const { cells, metadata } = JSON.parse(textOf(root, 'docs', 'notebooks', name)) as {
    cells: { cell_type: string; source: string[] }[];
    metadata: { kernelspec: { name: string } };
  };
  assert.equal(metadata.kernelspec.name, 'deno');
  const code = cells.filter(({ cell_type }) => cell_type === 'code').map(({ source }) => source.join(''));
  return code.join('\n').replaceAll('"npm:pix2pix-ts"', '"pix2pix-ts"');
}

/** Runs a notebook in the folder; the module lies in the repository, where the package knows itself by its name. */
function run(name: string): string {
  const place = mkdtempSync(join(root, 'dist', 'notebook-'));
  try {
    const module = join(place, 'cells.mjs');
    writeFileSync(module, codeOf(name));
    const { status, stdout, stderr } = spawnSync(process.execPath, [module], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [0, ''], stdout);
    return stdout;
  } finally {
    rmSync(place, { recursive: true });
  }
}

test('train.ipynb, and then translate.ipynb with what it has left', () => {
  assert.match(run('train.ipynb'), /^epoch 4: G_L1 \d+\.\d\d, D_real \d\.\d{3}$/m);
  const translated = run('translate.ipynb');
  assert.match(translated, /^first takes multiples of 64$/m);
  assert.match(translated, /^\[ 1, 3, 50, 70 \] true$/m);
  assert.match(translated, /^200 image\/png$/m);
  assert.ok(existsSync(join(folder, 'first-steps', 'first.onnx')));
});
