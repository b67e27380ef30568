import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { InputDefinition } from '../../models/definition.js';
import { sidesOf } from '../../options/pixelSize.js';
import type { TrainOptions } from '../../options/trainOptions.js';

/**
 * A batch of `batchSize` pairs of `cropSize` for trials that need no data set: smooth, and different in every channel.
 * @param inputs of the model, which say how many channels it takes of either side
 */
export function syntheticBatch(
  opt: TrainOptions,
  inputs: readonly InputDefinition[],
): { readonly A: ImageBatch; readonly B: ImageBatch } {
  const [input, other = input] = inputs.map(({ channels }) => channels);
  const [a, b] = opt.direction === 'BtoA' ? [other, input] : [input, other];
  return { A: image(opt, a, 1), B: image(opt, b, 2) };
}

function image({ batchSize, cropSize }: TrainOptions, channels: number, seed: number): ImageBatch {
  const { width, height } = sidesOf(cropSize);
  const data = Uint8Array.from(
    { length: batchSize * height * width * channels },
    (_, i) => 128 + 100 * Math.sin(seed * i),
  );
  return { data, shape: [batchSize, height, width, channels] };
}
