import { cut } from '../../data/batch/padding.js';
import type { Pixels } from '../../data/batch/pixels.js';
import { type Tiling, tileStarts } from '../../data/batch/tiling.js';
import type { NumberArray } from '../../data/raster/raster.js';

/** The weight of each pixel of a tile along one axis: 1 inside, falling in a straight line over the overlap. */
export function tileWeights({ size, overlap }: Tiling): Float32Array {
  return Float32Array.from({ length: size }, (_, i) =>
    Math.min(1, (i + 0.5) / Math.max(1, overlap), (size - i - 0.5) / Math.max(1, overlap)),
  );
}

/** The sum of the weights of all tiles at each pixel of an axis. */
function coverage(extent: number, starts: readonly number[], weights: Float32Array): Float32Array {
  const sums = new Float32Array(extent);
  for (const start of starts) {
    for (let i = 0; i < Math.min(weights.length, extent - start); i++) sums[start + i] += weights[i];
  }
  return sums;
}

/**
 * Translates an image in tiles and blends them where they overlap. Besides image and result, memory is that of one
 * row of tiles.
 *
 * @param image levels 0 ... max of its type, or floats -1 ... 1
 * @param result of the same width, height and type: it is filled
 * @param translateTile a tile of `size` × `size` to one of the same size, levels as in the image
 * @param onTile after every tile
 */
export async function translateInTiles<Data extends NumberArray>(
  image: Pixels<Data>,
  result: Pixels<Data>,
  tiling: Tiling,
  translateTile: (tile: Pixels<Data>) => Promise<Pixels<NumberArray>>,
  onTile: (done: number, total: number) => void = () => {},
): Promise<void> {
  const { width, height } = image;
  const { size } = tiling;
  const weights = tileWeights(tiling);
  const [lefts, tops] = [tileStarts(width, tiling), tileStarts(height, tiling)];
  const sums = { x: coverage(width, lefts, weights), y: coverage(height, tops, weights) };
  const rowLength = width * result.channels;
  const strip = new Float32Array(Math.min(size, height) * rowLength);
  let done = 0;
  for (const [row, top] of tops.entries()) {
    for (const left of lefts) {
      const tile = await translateTile(cut(image, { left, top, width: size, height: size }));
      addTile(strip, width, tile, left, weights);
      onTile(++done, lefts.length * tops.length);
    }
    const next = tops[row + 1] ?? height;
    for (let y = top; y < next; y++) {
      const from = strip.subarray((y - top) * rowLength, (y - top + 1) * rowLength);
      writeRow(from, result, y, sums.x, sums.y[y]);
    }
    strip.copyWithin(0, (next - top) * rowLength);
    strip.fill(0, Math.max(0, strip.length - (next - top) * rowLength));
  }
}

function addTile(
  strip: Float32Array,
  width: number,
  { data, width: size, channels }: Pixels<NumberArray>,
  left: number,
  weights: Float32Array,
): void {
  const rows = strip.length / (width * channels);
  const columns = Math.min(size, width - left);
  for (let y = 0; y < Math.min(size, rows); y++) {
    let from = y * size * channels;
    let to = (y * width + left) * channels;
    for (let x = 0; x < columns; x++) {
      const weight = weights[y] * weights[x];
      for (let c = 0; c < channels; c++) strip[to++] += data[from++] * weight;
    }
  }
}

function writeRow(
  row: Float32Array,
  { data, width, channels }: Pixels<NumberArray>,
  y: number,
  sumsX: Float32Array,
  sumY: number,
): void {
  let to = y * width * channels;
  for (let x = 0, from = 0; x < width; x++) {
    const scale = 1 / (sumsX[x] * sumY);
    for (let c = 0; c < channels; c++) {
      const level = row[from++] * scale;
      data[to++] = data instanceof Float32Array ? level : Math.round(level);
    }
  }
}
