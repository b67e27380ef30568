import assert from 'node:assert/strict';
import { convolutionBeyond } from '../../../../test/drawnKernels.js';
import { gpuTest } from '../../../../test/foundDevices.js';
import { testGpu } from '../../../../test/kernelAgreement.js';
import type { Index } from '../../ir/loopForm.js';
import { f32 } from '../../ir/tensorType.js';
import { binaryExpr, load, unaryExpr } from '../../loops/expressions.js';
import { variable } from '../../loops/indices.js';
import { kernelOf } from '../../loops/kernel.js';
import { contraction, external } from '../../loops/tensors.js';
import type { Gpu } from './gpu.js';
import { contractionShape } from './shaders/contractionShape.js';
import { smallTile } from './shaders/tiles.js';
import { distancesOf, MOST_APART } from './tileComparison.js';

const kernel = convolutionBeyond(16, 16);
const expectedBy = smallTile(contractionShape(kernel)!);
const tiles = [{ ...expectedBy, nested: true }];

/** The adapter, of whose results all but the first are changed. */
async function spoiled(change: (result: Float32Array) => void): Promise<Gpu> {
  const gpu = await testGpu();
  let reads = 0;
  const read: Gpu['read'] = async (memory) => {
    const bytes = await gpu.read(memory);
    if (reads++ > 0) change(new Float32Array(bytes));
    return bytes;
  };
  return new Proxy(gpu, {
    get: (of, name) => {
      const value = name === 'read' ? read : Reflect.get(of, name, of);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

gpuTest('tiles that sum in another order are near', async () => {
  const [distance] = await distancesOf(await testGpu(), kernel, tiles, expectedBy);
  assert.ok(distance < 1e-6, `${distance}`);
});

gpuTest('a norm upon what is loaded has variances that are none below zero', async () => {
  const [map, weight] = [external('map', f32(8, 8)), external('weight', f32(8, 8))];
  const variance = external('variance', f32(8));
  const normed = (row: Index, term: Index) =>
    binaryExpr(
      'mul',
      load(map, [row, term]),
      unaryExpr('reciprocal', unaryExpr('sqrt', load(variance, [term]))),
    );
  const [i, j, k] = [variable(0, 8), variable(1, 8), variable(2, 8)];
  const product = contraction(f32(8, 8), {
    shape: [8, 8],
    over: [8],
    a: normed(i, k),
    b: load(weight, [k, j]),
  });
  const normedKernel = kernelOf(product);
  const tile = smallTile(contractionShape(normedKernel)!);
  const [distance] = await distancesOf(await testGpu(), normedKernel, [tile], tile);
  assert.equal(distance, 0);
});

gpuTest('a tile that computes something else is far, and infinitely where it has no numbers', async () => {
  const changes: ((result: Float32Array) => void)[] = [
    (result) => result.reverse(),
    (result) => result.set(result.subarray(0, 8), 8), // a few of its numbers, at another's place
    (result) => result.fill(0),
    (result) => result.fill(Number.NaN, 0, 1),
  ];
  for (const [i, change] of changes.entries()) {
    const [distance] = await distancesOf(await spoiled(change), kernel, tiles, expectedBy);
    assert.ok(distance > MOST_APART, `${i}: ${distance}`);
    assert.equal(Number.isFinite(distance), i < 3);
  }
});
