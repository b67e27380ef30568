/** Kernels over an adapter's own 16-bit floats, and what its subgroups compute by matrices, beside the interpreter, which rounds where they do. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import {
  allHalves,
  convolutionBeyond,
  drawnContractions,
  drawnMaps,
  drawnRows,
} from '../../../../../test/drawnKernels.js';
import { HalfAgreement } from '../../../../../test/halfAgreement.js';
import { runByBoth } from '../../../../../test/kernelAgreement.js';
import { NO_MATRICES, openMatrixGpu } from '../../../../../test/matrixGpu.js';
import { f32 } from '../../../ir/tensorType.js';
import { binaryExpr, load, number, unaryExpr } from '../../../loops/expressions.js';
import { inHalves } from '../../../loops/halves.js';
import { kernelOf } from '../../../loops/kernel.js';
import { external, map } from '../../../loops/tensors.js';
import { type ContractionShape, contractionShape } from './contractionShape.js';
import { matrixTilesFor } from './matrixTiles.js';
import type { Tile } from './tile.js';

const gpu = await openMatrixGpu();
after(() => gpu?.dispose());
const skip = gpu === undefined ? NO_MATRICES : false;
const tilesOf = (shape: ContractionShape) => matrixTilesFor(shape, gpu!.workgroupLimits, gpu!.matrix!);
/** The smallest: a GPU in software takes seconds to compile the others. */
const smallest = (tiles: Tile[]) => tiles.sort((a, b) => a.rows * a.columns - b.rows * b.columns).slice(0, 3);

test('drawn contractions by tiles of matrices', { skip }, async () => {
  const agreement = new HalfAgreement();
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(drawnContractions, fc.nat(), fc.nat(1e6), async (exact, which, seed) => {
      const kernel = allHalves(exact);
      const shape = contractionShape(kernel);
      const tiles = shape === undefined ? [] : smallest(tilesOf(shape));
      if (tiles.length === 0) return;
      agreement.add(await runByBoth({ kernel, gpu, tile: tiles[which % tiles.length], seed }));
      compared++;
    }),
    { numRuns: 40, seed: 16 },
  );
  assert.ok(compared >= 10, `${compared} were compared`);
  agreement.assertClose();
});

test('maps and rows of an adapter’s own 16-bit floats', { skip }, async () => {
  const agreement = new HalfAgreement();
  await fc.assert(
    fc.asyncProperty(fc.oneof(drawnMaps, drawnRows), fc.nat(1e6), async (exact, seed) => {
      agreement.add(await runByBoth({ kernel: allHalves(exact), gpu, seed }));
    }),
    { numRuns: 40, seed: 16 },
  );
  agreement.assertClose();
});

test('numbers that are too large are infinite, stored and rounded', { skip }, async () => {
  const x = external('x', f32(64));
  const large = map(f32(64), (i) => binaryExpr('mul', load(x, [i]), number(2 ** 15)));
  const seen = map(f32(64), (i) => unaryExpr('half', binaryExpr('mul', load(x, [i]), number(2 ** 15))));
  for (const kernel of [inHalves(kernelOf(large), new Set([large])), kernelOf(seen)]) {
    const { found, expected } = (await runByBoth({ kernel, gpu, seed: 4 })).at(-1)!;
    assert.deepEqual([...Array.from(found)], [...expected]);
    assert.ok(expected.some(Number.isFinite) && expected.includes(Number.POSITIVE_INFINITY));
  }
});

test('contractions beyond tiles of matrices of all sizes', { skip }, async () => {
  const large = contractionShape(allHalves(convolutionBeyond(256, 256)))!;
  const tiles = tilesOf(large).filter((_, i) => i % 4 === 0);
  assert.ok(tiles.length >= 3, `${tiles.length} tiles`);
  for (const tile of tiles) {
    const agreement = new HalfAgreement();
    const kernel = allHalves(convolutionBeyond(tile.rows, tile.columns));
    agreement.add(await runByBoth({ kernel, gpu, tile, seed: 7 }));
    agreement.assertClose();
  }
});
