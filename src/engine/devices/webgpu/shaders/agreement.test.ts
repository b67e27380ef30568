/** Generated kernels at random shapes, beside the interpreter: contractions by any tile, rows and maps. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  convolutionBeyond,
  drawnContractions,
  drawnMaps,
  drawnRows,
} from '../../../../../test/drawnKernels.js';
import { gpuTest } from '../../../../../test/foundDevices.js';
import { assertAgreement } from '../../../../../test/kernelAgreement.js';
import { f32 } from '../../../ir/tensorType.js';
import { load } from '../../../loops/expressions.js';
import { type Kernel, kernelOf } from '../../../loops/kernel.js';
import { external, map } from '../../../loops/tensors.js';
import { contractionShape } from './contractionShape.js';
import { tileName } from './tile.js';
import { smallTile, tilesFor } from './tiles.js';

const property = (name: string, drawn: fc.Arbitrary<Kernel>, numRuns: number) => {
  const runs = fc.tuple(drawn, fc.boolean(), fc.boolean(), fc.nat(1e6));
  gpuTest(name, () =>
    fc.assert(
      fc.asyncProperty(runs, async ([kernel, isShared, nested, seed]) => {
        const shape = contractionShape(kernel);
        const tile = shape && { ...smallTile(shape), nested: nested && shape.over.length > 1 };
        await assertAgreement({ kernel, tile, isShared, seed });
      }),
      { numRuns, seed: 16 },
    ),
  );
};

property('contractions', drawnContractions, 60);
property('rows', drawnRows, 40);
property('maps', drawnMaps, 40);

gpuTest('rows whose length 4 does not divide are not read by fours', async () => {
  const x = external('x', f32(4, 10));
  const kernel = kernelOf(map(f32(4, 8), (i, j) => load(x, [i, j])));
  await assertAgreement({ kernel, seed: 3 });
});

/** A square tile, and a flat one with its terms in nested loops: `agreement.slow.test.ts` tries all. */
const TILES = ['64x64x16 4x4', '8x128x16 4x4 nested'];

for (const name of TILES) {
  gpuTest(`a contraction beyond a tile ${name}`, async () => {
    const [rows, columns] = name.split('x').map((size) => Number.parseInt(size, 10));
    const kernel = convolutionBeyond(rows, columns);
    const tile = tilesFor(contractionShape(kernel)!).find((tile) => tileName(tile) === name);
    assert.ok(tile !== undefined);
    await assertAgreement({ kernel, tile, seed: 5 });
  });
}
