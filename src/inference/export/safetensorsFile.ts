import { renameSync, rmSync } from 'node:fs';
import type { StoredTensor } from '../../checkpoints/dtype.js';
import { writeSafetensors } from '../../checkpoints/safetensors.js';
import { toHalf } from '../../onnx/half.js';
import { productVersion } from '../provenance.js';
import { generatorOfSafetensors, OPTIONS_KEY, type TrainedGenerator } from '../trainedGenerator.js';

/** A file that has been written beside its place. */
export interface WrittenBeside {
  /** What a reader makes of it. */
  reread(): TrainedGenerator;
  /** Puts it in its place. */
  keep(): void;
  discard(): void;
}

/**
 * Writes a generator's weights and running statistics under PyTorch's names for them, with the options of the training
 * in the metadata: safetensors.torch.load_file and load_state_dict read it.
 *
 * @throws Pix2PixError when it cannot be written
 */
export function writeSafetensorsFile(
  { network, store, options }: TrainedGenerator,
  precision: 'fp32' | 'fp16',
  path: string,
): WrittenBeside {
  const tensors = network.states.map((state): [string, StoredTensor] => {
    const { shape, dtype } = state.type;
    if (dtype === 'i64') return [state.name, { dtype: 'I64', shape, data: store.counter(state) }];
    const data = store.floats(state);
    return precision === 'fp16'
      ? [state.name, { dtype: 'F16', shape, data: toHalf(data) }]
      : [state.name, { dtype: 'F32', shape, data }];
  });
  const beside = `${path}.${process.pid}.safetensors`;
  const metadata = { [OPTIONS_KEY]: JSON.stringify(options), version: productVersion(), format: 'pt' };
  writeSafetensors(beside, new Map(tensors), metadata);
  return {
    reread: () => generatorOfSafetensors(beside),
    keep: () => renameSync(beside, path),
    discard: () => rmSync(beside, { force: true }),
  };
}
