import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryName } from '../../base/files/temporaryName.js';
import { productVersion } from '../../base/product.js';
import type { StoredTensor } from '../../checkpoints/format/dtype.js';
import { writeSafetensors } from '../../checkpoints/safetensors.js';
import { toHalf } from '../../engine/onnx/half.js';
import { writeStateDict } from '../../interop/writeStateDict.js';
import { publicOptions } from '../../options/serialise.js';
import { registeredExtensions } from '../../training/options.js';
import {
  generatorOfForeignFile,
  generatorOfSafetensors,
  OPTIONS_KEY,
  type TrainedGenerator,
} from '../trainedGenerator.js';

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
 * `torch.load` or `safetensors.torch.load_file` reads. A safetensors file has those options of the training in its
 * metadata that say nothing of its machine.
 *
 * @throws Pix2PixError when it cannot be written
 */
export function writeWeightsFile(
  { network, weights, options }: TrainedGenerator,
  format: WeightsFormat,
  precision: 'fp32' | 'fp16',
  path: string,
): WrittenBeside {
  const states = network.states.map((state): [string, StoredTensor] => {
    const { shape } = state.type;
    const data = weights.get(state)!;
    if (data instanceof BigInt64Array) return [state.name, { dtype: 'I64', shape, data }];
    return precision === 'fp16'
      ? [state.name, { dtype: 'F16', shape, data: toHalf(data) }]
      : [state.name, { dtype: 'F32', shape, data }];
  });
  const beside = join(dirname(path), temporaryName(path));
  const tensors = new Map(states);
  if (format === 'pth') writeStateDict(beside, tensors);
  else {
    const said = JSON.stringify(publicOptions(options, registeredExtensions()));
    const metadata = { [OPTIONS_KEY]: said, version: productVersion, format: 'pt' };
    writeSafetensors(beside, tensors, metadata);
  }
  return {
    reread: () => (format === 'pth' ? generatorOfForeignFile : generatorOfSafetensors)(beside),
    keep: () => renameSync(beside, path),
    discard: () => rmSync(beside, { force: true }),
  };
}
