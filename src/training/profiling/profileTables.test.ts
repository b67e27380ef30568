import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { grad } from '../../engine/autodiff/grad.js';
import { readProfile } from '../../engine/devices/cpu/profile.js';
import { openDevice } from '../../engine/devices/openDevice.js';
import { withScope } from '../../engine/ir/scope.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import { conv2d } from '../../engine/ops/conv.js';
import { square } from '../../engine/ops/elementwise.js';
import { sum } from '../../engine/ops/reduce.js';
import { tabulate } from './profileTables.js';

test('times are summed by kind, layer and operator, as means of the runs after the warm-up', () => {
  const nodes = [
    { name: 'G.down.conv2d/Conv_t1', operator: 'Conv', milliseconds: [100, 3, 5] },
    { name: 'G.down.gradient.convTranspose2d/Conv_t2', operator: 'Conv', milliseconds: [100, 2, 2] },
    { name: 'G.down.gradient.convWeightGradient/Conv_t3', operator: 'Conv', milliseconds: [100, 1, 1] },
    { name: '.mul/Mul_t4', operator: 'Mul', milliseconds: [100, 1, 1] },
    { name: 'ReorderInput', operator: 'ReorderInput', milliseconds: [100, 0, 2] },
  ];
  const { byKind, byLayer, byOperator } = tabulate(nodes, new Map([['G', [100, 1, 1]]]), 1);
  assert.deepEqual(
    byKind.map(({ what, milliseconds }) => [what, milliseconds]),
    [
      ['convolutions: forward', 4],
      ['convolutions: gradients by inputs', 2],
      ['convolutions: gradients by weights', 1],
      ['normalisation, activations, losses', 1],
      ['put in by the runtime', 1],
      ['optimiser', 1],
    ],
  );
  assert.deepEqual(byLayer[0], { what: 'G.down', milliseconds: 7, share: 0.7 });
  assert.deepEqual(
    byLayer.slice(1).map(({ what }) => what),
    ['losses and images', 'put in by the runtime', 'Adam of G'],
  );
  assert.deepEqual(byOperator[0], { what: 'Conv', milliseconds: 7, share: 0.7 });
});

test('of a program that ran, every run of every node is found under its layer, also the gradients', async () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(1, 2, 8, 8));
  const weight = trace.input('weight', f32(3, 2, 3, 3));
  const y = withScope('net.0', () => conv2d(x, weight, undefined, { stride: 1, padding: 1 }));
  const [dx, dweight] = grad(sum(square(y)), [x, weight]);
  const device = await openDevice(undefined, { threads: 1, profiling: true });
  const executable = await device.compile(trace.program({ dx, dweight }));
  const tensors = { x: new Float32Array(128).fill(1), weight: new Float32Array(54).fill(1) };
  for (let run = 0; run < 3; run++) await executable.run({ tensors });
  await executable.dispose();

  const { nodes } = await device.profile();
  await device.dispose();
  assert.ok(nodes.length > 0);
  for (const { name, milliseconds } of nodes) assert.equal(milliseconds.length, 3, name);
  const { byKind, byLayer } = tabulate(nodes, new Map(), 1);
  assert.ok(byLayer.some(({ what }) => what === 'net.0'));
  const kinds = byKind.map(({ what }) => what).filter((what) => what.startsWith('convolutions'));
  assert.equal(kinds.length, 3, `forward and both gradients: ${kinds}`);
  assert.ok(Math.abs(byKind.reduce((total, { share }) => total + share, 0) - 1) < 1e-9);
});

test('events of other kinds are left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pix2pix-profile-'));
  const file = join(folder, 'trace.json');
  const events = [
    { cat: 'Session', name: 'model_run', dur: 5000 },
    { cat: 'Node', name: 'a.conv2d/Conv_t1_fence_before', dur: 1 },
    { cat: 'Node', name: 'a.conv2d/Conv_t1_kernel_time', dur: 1500, args: { op_name: 'Conv' } },
  ];
  writeFileSync(file, JSON.stringify(events));
  assert.deepEqual(readProfile(file), [{ name: 'a.conv2d/Conv_t1', operator: 'Conv', milliseconds: [1.5] }]);
  rmSync(folder, { recursive: true });
});
