/** Every tile beside the interpreter: a GPU in software takes long to compile the large ones. */
import { convolutionBeyond } from '../../../../../test/drawnKernels.js';
import { gpuTest } from '../../../../../test/foundDevices.js';
import { assertAgreement } from '../../../../../test/kernelAgreement.js';
import { contractionShape } from './contractionShape.js';
import { tileName } from './tile.js';
import { tilesFor } from './tiles.js';

/** Larger than every tile. */
const large = contractionShape(convolutionBeyond(256, 256))!;

for (const tile of tilesFor(large)) {
  for (const nested of tile.nested ? [] : [false, true]) {
    gpuTest(`a contraction beyond a tile ${tileName({ ...tile, nested })}`, () =>
      assertAgreement({
        kernel: convolutionBeyond(tile.rows, tile.columns),
        tile: { ...tile, nested },
        seed: 7,
      }),
    );
  }
}
