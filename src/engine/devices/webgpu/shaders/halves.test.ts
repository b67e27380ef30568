/** Generated kernels over 16-bit floats at random shapes, beside the interpreter, which rounds where they do. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assertClose, maxDifference } from '../../../../../test/assertClose.js';
import { drawnContractions, drawnMaps, drawnRows } from '../../../../../test/drawnKernels.js';
import { gpuTest } from '../../../../../test/foundDevices.js';
import { HalfAgreement } from '../../../../../test/halfAgreement.js';
import { runByBoth } from '../../../../../test/kernelAgreement.js';
import type { Index } from '../../../ir/loopForm.js';
import { f32 } from '../../../ir/tensorType.js';
import { binaryExpr, load, number } from '../../../loops/expressions.js';
import { inHalves } from '../../../loops/halves.js';
import { variable } from '../../../loops/indices.js';
import { expressionsIn, type Kernel, kernelOf } from '../../../loops/kernel.js';
import { tensorsIn } from '../../../loops/operands.js';
import { contraction, external, map } from '../../../loops/tensors.js';
import { contractionShape } from './contractionShape.js';
import { isStoredByFours } from './halfStores.js';
import { smallTile } from './tiles.js';

/** All that may be: what is read, and what is stored by fours. */
function halvesOf(kernel: Kernel) {
  const read = tensorsIn(expressionsIn(kernel)).filter(({ type }) => type.dtype === 'f32');
  const stored = kernel.stores.filter((store) => isStoredByFours(kernel, store)).map(({ tensor }) => tensor);
  return new Set([
    ...read.filter((tensor) => !kernel.stores.some((store) => store.tensor === tensor)),
    ...stored,
  ]);
}

function property(name: string, drawn: fc.Arbitrary<Kernel>, numRuns: number) {
  gpuTest(`${name} of 16-bit floats`, async () => {
    const agreement = new HalfAgreement();
    const runs = fc.tuple(drawn, fc.boolean(), fc.nat(1e6));
    await fc.assert(
      fc.asyncProperty(runs, async ([exact, isShared, seed]) => {
        const kernel = inHalves(exact, halvesOf(exact));
        const shape = contractionShape(kernel);
        const tile = shape && { ...smallTile(shape), nested: false };
        agreement.add(await runByBoth({ kernel, isShared, seed, tile }));
      }),
      { numRuns, seed: 16 },
    );
    assert.ok(agreement.tensors >= numRuns, `${agreement.tensors} tensors`);
    agreement.assertClose();
  });
}

gpuTest('numbers that are too large are infinite, and spoil no neighbour', async () => {
  const x = external('x', f32(64));
  const large = map(f32(64), (i) => binaryExpr('mul', load(x, [i]), number(2 ** 15)));
  const kernel = inHalves(kernelOf(large), new Set([large]));
  const [{ found, expected }] = (await runByBoth({ kernel, seed: 4 })).filter(({ tensor }) => tensor !== x);
  assert.deepEqual([...Array.from(found)], [...expected]);
  assert.ok(expected.some(Number.isFinite) && expected.includes(Number.POSITIVE_INFINITY));
  assert.ok(expected.includes(Number.NEGATIVE_INFINITY));
});

gpuTest('factors of long sums are rounded, and only they', async () => {
  const [x, y] = [external('x', f32(8, 32)), external('y', f32(32, 8))];
  const scaled = (row: Index, term: Index) => binaryExpr('mul', load(x, [row, term]), number(1.1));
  const [i, j, k] = [variable(0, 8), variable(1, 8), variable(2, 32)];
  const product = contraction(f32(8, 8), { shape: [8, 8], over: [32], a: scaled(i, k), b: load(y, [k, j]) });
  const exact = kernelOf(product);
  const kernel = inHalves(exact, new Set());
  const tile = smallTile(contractionShape(kernel)!);
  const stored = async (of: Kernel) => (await runByBoth({ kernel: of, tile, seed: 6 })).at(-1)!;
  const [rounded, not] = [await stored(kernel), await stored(exact)];
  assertClose(rounded.found, rounded.expected, 'rounded');
  assert.ok(maxDifference(rounded.expected, not.expected) > 1e-4);
});

property('contractions', drawnContractions, 6);
property('rows', drawnRows, 10);
property('maps', drawnMaps, 10);
