/** The command that measures a GPU, on a GPU in software and at the smallest sizes; and PyTorch's side, by a stand-in. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDevice } from '../src/engine/devices/openDevice.js';
import { useSwiftShader } from './swiftShader.js';
import { root, temporaryFolder } from './tinyRun.js';

useSwiftShader();
const skip = await openDevice('webgpu').then(
  async (device) => void (await device.dispose()),
  (error: Error) => `webgpu does not open here: ${error.message}`,
);
const folder = temporaryFolder();
const out = join(folder, 'gpu.json');
const TINY = ['--size', '32', '--ngf', '2', '--ndf', '2', '--batches', '1', '--steps', '1', '--rounds', '1'];

/** A python3 that answers as `bench/python/step.py` does, having written what it was asked. */
function standIn(): string {
  const path = join(folder, 'python3');
  const answer = { torch: '2', device: 'A card', fused_adam: false, step_ms: [12], peak_rss_bytes: 1 };
  writeFileSync(path, `#!/bin/sh\necho "$@" >> '${folder}/asked'\necho '${JSON.stringify(answer)}'\n`);
  chmodSync(path, 0o755);
  return path;
}

function bench(python: string, ...argv: readonly string[]) {
  return spawnSync(process.execPath, [join(root, 'dist', 'bench', 'gpu.js'), ...argv, '--out', out], {
    encoding: 'utf8',
    env: { ...process.env, PIX2PIX_BENCH_PYTHON: python },
  });
}

test('one command measures ours and PyTorch’s, and writes all of it', { skip }, () => {
  const { status, stdout, stderr } = bench(standIn(), ...TINY);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\| step, fp32, batch 1 +\| [\d.]+ ms/);
  assert.match(stdout, /\| the same in PyTorch, strict fp32 +\| 12.00 ms/);
  const { figures, firstStepSeconds, raw, gpus } = JSON.parse(readFileSync(out, 'utf8'));
  assert.ok(figures.length > 10);
  assert.ok(firstStepSeconds > 0);
  assert.ok(gpus.length > 0);
  assert.ok(raw.kernelTimes.length > 100);
  assert.ok(raw.kernelTimes.every(({ milliseconds }: { milliseconds: number }) => milliseconds >= 0));
  const asked = readFileSync(join(folder, 'asked'), 'utf8');
  assert.match(
    asked,
    /--mode eager --warmup 5 --size 32 --ngf 2 --ndf 2 --device cuda --batch 1 --steps 1 --json$/m,
  );
  assert.match(asked, /--mode bf16 --tf32/);
});

test('where PyTorch is required, its absence is an error', () => {
  const { status, stderr } = bench(join(folder, 'no such python'), ...TINY, '--require_pytorch');
  assert.equal(status, 1);
  assert.match(stderr, /error: no python3 whose torch can use CUDA/);
});
