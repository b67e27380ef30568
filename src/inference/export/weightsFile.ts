import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryName } from '../../base/files/temporaryName.js';
import { writeSafetensors } from '../../checkpoints/safetensors.js';
import type { Precision } from '../../engine/onnx/modelForm.js';
import { writeStateDict } from '../../interop/writeStateDict.js';
import { generatorOfForeignFile, generatorOfSafetensors } from '../generatorFiles.js';
import type { TrainedGenerator } from '../portable/trainedGenerator.js';
import { storedWeights, weightsMetadata } from './storedWeights.js';

/** A file that has been written beside its place. */
export interface WrittenBeside {
  /** The generator as it is read back from the file. */
  reread(): TrainedGenerator;
  /** Puts it in its place. */
  keep(): void;
  discard(): void;
}

/** The files of weights: PyTorch's own, and the one that most else reads. */
export type WeightsFormat = 'safetensors' | 'pth';

/**
 * Writes a generator's weights and running statistics under PyTorch's names for them: `load_state_dict` takes what
 * `torch.load` or `safetensors.torch.load_file` reads, but for int8.
 *
 * @throws Pix2PixError when it cannot be written
 */
export function writeWeightsFile(
  generator: TrainedGenerator,
  format: WeightsFormat,
  precision: Precision,
  path: string,
): WrittenBeside {
  const beside = join(dirname(path), temporaryName(path));
  const tensors = storedWeights(generator, precision);
  if (format === 'pth') writeStateDict(beside, tensors);
  else writeSafetensors(beside, tensors, weightsMetadata(generator));
  return {
    reread: () => (format === 'pth' ? generatorOfForeignFile : generatorOfSafetensors)(beside),
    keep: () => renameSync(beside, path),
    discard: () => rmSync(beside, { force: true }),
  };
}
