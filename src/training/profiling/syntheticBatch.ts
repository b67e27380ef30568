import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { TrainOptions } from '../../options/trainOptions.js';

/** A batch of `batchSize` pairs of `cropSize`² for trials that need no data set: smooth, and different in every channel. */
export function syntheticBatch(opt: TrainOptions): { readonly A: ImageBatch; readonly B: ImageBatch } {
  return { A: image(opt, opt.inputNc, 1), B: image(opt, opt.outputNc, 2) };
}

function image({ batchSize, cropSize }: TrainOptions, channels: number, seed: number): ImageBatch {
  const data = Uint8Array.from(
    { length: batchSize * cropSize * cropSize * channels },
    (_, i) => 128 + 100 * Math.sin(seed * i),
  );
  return { data, shape: [batchSize, cropSize, cropSize, channels] };
}
