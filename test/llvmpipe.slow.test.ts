/** Tensor cores without a GPU: files of tests whose adapter has to multiply matrices, by Mesa's llvmpipe, which does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { findLlvmpipe } from './llvmpipe.js';
import { root } from './tinyRun.js';

const llvmpipe = findLlvmpipe();
const skip = llvmpipe === undefined ? 'Mesa’s llvmpipe is not installed: test/installLlvmpipe.ts' : false;

const FILES = [
  'src/engine/devices/webgpu/shaders/subgroupMatrices.slow.test.js',
  'test/tensorCores.slow.test.js',
];

for (const file of FILES) {
  test(`${file} on llvmpipe`, { skip }, () => {
    const { program, argv, env: own } = llvmpipe!;
    const env = { ...own, NODE_TEST_CONTEXT: undefined }; // it reports by itself, not to the runner of this file
    const settings = { cwd: root, encoding: 'utf8', env } as const;
    const { status, stdout, stderr } = spawnSync(program, [...argv, join(root, 'dist', file)], settings);
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /^# pass [1-9]\d*$/m);
    assert.match(stdout, /^# skipped 0$/m);
  });
}
