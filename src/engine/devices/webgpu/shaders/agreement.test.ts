/** Generated kernels at random shapes, beside the interpreter: contractions by small tiles (`agreement.slow.test.ts` has all), rows and maps. */
import fc from 'fast-check';
import { drawnContractions, drawnMaps, drawnRows } from '../../../../../test/drawnKernels.js';
import { gpuTest } from '../../../../../test/foundDevices.js';
import { assertAgreement } from '../../../../../test/kernelAgreement.js';
import { f32 } from '../../../ir/tensorType.js';
import { load } from '../../../loops/expressions.js';
import { type Kernel, kernelOf } from '../../../loops/kernel.js';
import { external, map } from '../../../loops/tensors.js';
import { contractionShape } from './contractionShape.js';
import { smallTile } from './tiles.js';

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

property('contractions', drawnContractions, 30);
property('rows', drawnRows, 40);
property('maps', drawnMaps, 40);

gpuTest('rows whose length 4 does not divide are not read by fours', async () => {
  const x = external('x', f32(4, 10));
  const kernel = kernelOf(map(f32(4, 8), (i, j) => load(x, [i, j])));
  await assertAgreement({ kernel, seed: 3 });
});
