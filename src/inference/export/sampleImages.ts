import { RandomStream } from '../../base/random/stream.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';

/**
 * An image to compare generators with: blocks of even colour, as label maps have them, under slow waves, as
 * photographs have them. The same seed draws the same image.
 */
export function sampleImage(width: number, height: number, channels: number, seed: number): ImageBatch {
  const random = new RandomStream(seed, 'sample');
  const data = new Uint8Array(width * height * channels);
  const block = Math.max(4, width >> 4);
  const columns = Math.ceil(width / block);
  const colours = Array.from({ length: columns * Math.ceil(height / block) * channels }, () =>
    random.integer(200),
  );
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (Math.floor(y / block) * columns + Math.floor(x / block)) * channels;
      for (let c = 0; c < channels; c++) {
        const wave = 27 * (1 + Math.sin((x + y * (c + 1)) / 7 + seed));
        data[(y * width + x) * channels + c] = colours[at + c] + wave;
      }
    }
  }
  return { data, shape: [1, height, width, channels] };
}
