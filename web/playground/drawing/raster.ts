import type { Colour } from '../../../src/data/batch/labelColours.js';

// Drawing without half-covered pixels: a label map has no colours between those of its labels.

/** Pixels as `ImageData` has them: R, G, B, A, row by row. */
export interface Raster {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A colour, or nothing, which erases. */
export type Ink = Colour | null;

/** All pixels within half of `width` of a polyline x0, y0, x1, y1, ...; a single point makes a disc. */
export function drawStroke(raster: Raster, points: readonly number[], width: number, ink: Ink): void {
  if (points.length === 2) drawSegment(raster, points[0], points[1], points[0], points[1], width / 2, ink);
  for (let i = 2; i < points.length; i += 2) {
    drawSegment(raster, points[i - 2], points[i - 1], points[i], points[i + 1], width / 2, ink);
  }
}

function drawSegment(
  raster: Raster,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  radius: number,
  ink: Ink,
): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const reach = Math.max(radius, 0.5);
  const [left, right] = within(Math.min(x0, x1) - reach, Math.max(x0, x1) + reach, raster.width);
  const [top, bottom] = within(Math.min(y0, y1) - reach, Math.max(y0, y1) + reach, raster.height);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const t = length === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length));
      const distance = (px - t * dx) ** 2 + (py - t * dy) ** 2;
      if (distance <= reach * reach) put(raster, x, y, ink);
    }
  }
}

/** The pixels that lie between two corners, in any order. */
export function drawBox(raster: Raster, [x0, y0, x1, y1]: readonly number[], ink: Ink): void {
  const [left, right] = within(Math.min(x0, x1), Math.max(x0, x1), raster.width);
  const [top, bottom] = within(Math.min(y0, y1), Math.max(y0, y1), raster.height);
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) put(raster, x, y, ink);
}

/** How far a colour may be from that at the start and still be filled, in each channel: JPEG blurs. */
const TOLERANCE = 24;

/**
 * The pixels of one colour that hang together, to the left and right, above and below.
 * @param picture what is seen, of the same size: it says where the edges are
 * @param isExact whether colours are alike only when they are the same
 */
export function fillArea(
  raster: Raster,
  picture: Raster,
  x: number,
  y: number,
  ink: Ink,
  isExact = false,
): void {
  const { width, height } = raster;
  const { data } = picture;
  const start = y * width + x;
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const colour = [...data.subarray(4 * start, 4 * start + 3)];
  const most = isExact ? 0 : TOLERANCE;
  const isAlike = (at: number) => colour.every((byte, c) => Math.abs(data[4 * at + c] - byte) <= most);
  const seen = new Uint8Array(width * height);
  seen[start] = 1;
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const column = at % width;
    put(raster, column, (at - column) / width, ink);
    if (column > 0) visit(at - 1);
    if (column < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < width * (height - 1)) visit(at + width);
  }
  function visit(at: number): void {
    if (seen[at] === 1 || !isAlike(at)) return;
    seen[at] = 1;
    pending.push(at);
  }
}

/** The pixels whose centres lie in a range, as [first, end). */
function within(from: number, to: number, extent: number): [number, number] {
  return [Math.max(0, Math.ceil(from - 0.5)), Math.min(extent, Math.ceil(to - 0.5))];
}

function put({ data, width }: Raster, x: number, y: number, ink: Ink): void {
  const at = 4 * (y * width + x);
  data[at] = ink?.[0] ?? 0;
  data[at + 1] = ink?.[1] ?? 0;
  data[at + 2] = ink?.[2] ?? 0;
  data[at + 3] = ink === null ? 0 : 255;
}
