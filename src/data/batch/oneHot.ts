import type { FloatImages } from './floatImages.js';

/** Labels as networks see them: a channel for each class, 1 where it is and -1 elsewhere; where there is none, -1 in all. */
export function oneHot(
  labels: Uint8Array,
  { channels, width, height }: { readonly channels: number; readonly width: number; readonly height: number },
): FloatImages {
  const planes = new Float32Array(channels * labels.length).fill(-1);
  for (const [i, label] of labels.entries()) if (label < channels) planes[label * labels.length + i] = 1;
  return { data: planes, shape: [1, channels, height, width] };
}
