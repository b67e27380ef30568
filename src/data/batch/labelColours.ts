import type { ImageBatch } from './imageBatch.js';

/** 8-bit sRGB. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A picture with more colours than this is no label map. */
const MOST = 32;
/** Two labels are at least this far apart (Euclidean distance in RGB); what is nearer is one, blurred by JPEG or a resize. */
const APART = 40;
/** Pixels this near to a label's colour have it. */
const NEAR = 12;
/** The share of all pixels that must have a label's colour. */
const COVERED = 0.9;
/** The share below which a colour is that of an edge. */
const LEAST = 0.001;

/**
 * The colours of label maps, the most frequent first; none for photographs and drawings of lines, whose colours are no
 * labels.
 *
 * @param images u8[N, H, W, C] of 3 channels, or of 1, whose colours are greys
 */
export function labelColours(images: readonly ImageBatch[]): Colour[] {
  const counts = new Map<number, number>();
  let pixels = 0;
  for (const { data, shape } of images) {
    const channels = shape[3];
    if (channels !== 1 && channels !== 3) return [];
    pixels += data.length / channels;
    const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
    for (let i = 0; i < data.length; i += channels) {
      const key = (data[i] << 16) | (data[i + green] << 8) | data[i + blue];
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const labels: { readonly colour: Colour; count: number }[] = [];
  for (const [key, count] of [...counts].sort((a, b) => b[1] - a[1])) {
    const colour: Colour = [key >> 16, (key >> 8) & 255, key & 255];
    const nearest = labels.find((label) => distance(label.colour, colour) < APART);
    if (nearest === undefined) {
      if (count < LEAST * pixels) continue;
      if (labels.length === MOST) return [];
      labels.push({ colour, count });
    } else if (distance(nearest.colour, colour) <= NEAR) nearest.count += count;
  }
  const covered = labels.reduce((sum, { count }) => sum + count, 0);
  if (labels.length < 3 || covered < COVERED * pixels) return [];
  return labels.sort((a, b) => b.count - a.count).map(({ colour }) => colour);
}

function distance(a: Colour, b: Colour): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
