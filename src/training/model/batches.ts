import { type FloatImages, type Images, isFloat } from '../../data/batch/floatImages.js';
import type { BoundInput } from './modelInput.js';

/** A batch in pieces of so many images, for gradients that are accumulated over them. */
export function splitBatch(input: BoundInput, counts: readonly number[]): BoundInput[] {
  const { images, size, paths } = input;
  let end = 0;
  return counts.map((count) => {
    const start = end;
    end += count;
    const slices = Object.entries(images).map(([name, side]) => [name, sliceImages(side, start, end)]);
    return {
      ...input,
      images: Object.fromEntries(slices),
      size: { ...size, batch: count },
      paths: paths.slice(start, end),
    };
  });
}

/** The images from place `start` to before `end` of a batch, without a copy. */
export function sliceImages(images: FloatImages, start: number, end: number): FloatImages;
export function sliceImages(images: Images, start: number, end: number): Images;
export function sliceImages(images: Images, start: number, end: number): Images {
  const [count, a, b, c] = images.shape;
  const each = images.data.length / count;
  const shape = [end - start, a, b, c] as const;
  if (isFloat(images)) return { data: images.data.subarray(start * each, end * each), shape: [...shape] };
  return { data: images.data.subarray(start * each, end * each), shape: [...shape] };
}

/** Batches one after another as one. */
export function joinImages(batches: readonly FloatImages[]): FloatImages {
  const [, c, h, w] = batches[0].shape;
  const data = new Float32Array(batches.reduce((sum, batch) => sum + batch.data.length, 0));
  let [offset, count] = [0, 0];
  for (const batch of batches) {
    data.set(batch.data, offset);
    offset += batch.data.length;
    count += batch.shape[0];
  }
  return { data, shape: [count, c, h, w] };
}

/** The last `count` images of two batches, one after the other; of the later alone where they differ in size or kind. */
export function lastImages(before: Images | undefined, now: Images, count: number): Images {
  const missing = count - now.shape[0];
  if (missing <= 0) return sliceImages(now, now.shape[0] - count, now.shape[0]);
  const isSame = before !== undefined && String(before.shape.slice(1)) === String(now.shape.slice(1));
  if (!isSame || isFloat(before) !== isFloat(now)) return now;
  const kept = sliceImages(before, Math.max(0, before.shape[0] - missing), before.shape[0]);
  const data = new (isFloat(now) ? Float32Array : Uint8Array)(kept.data.length + now.data.length);
  data.set(kept.data);
  data.set(now.data, kept.data.length);
  return { data, shape: [kept.shape[0] + now.shape[0], ...now.shape.slice(1)] } as unknown as Images;
}
