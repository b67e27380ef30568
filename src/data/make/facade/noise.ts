import { RandomStream } from '../../../base/random/stream.js';

const SIDE = 256;
const MASK = SIDE - 1;

/** A number in [0, 1) for a lattice cell: the finaliser of MurmurHash3 over the mixed coordinates. */
export function cellNoise(x: number, y: number, salt = 0): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ Math.imul(salt, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 0x1_0000_0000;
}

/**
 * Fractal value noise in about [0, 1] with mean 0.5, smooth, repeating every `SIDE` in both directions. One tile serves
 * all images; each looks it up at offsets of its own.
 */
export function fractalNoise(x: number, y: number): number {
  tile ??= makeTile();
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = x - left;
  const fy = y - top;
  const row0 = (top & MASK) * SIDE;
  const row1 = ((top + 1) & MASK) * SIDE;
  const column0 = left & MASK;
  const column1 = (left + 1) & MASK;
  const upper = tile[row0 + column0] * (1 - fx) + tile[row0 + column1] * fx;
  const lower = tile[row1 + column0] * (1 - fx) + tile[row1 + column1] * fx;
  return upper * (1 - fy) + lower * fy;
}

let tile: Float32Array | undefined;

/** Six octaves of value noise, from 8 cells across the tile to one cell a texel, amplitudes falling by 0.55. */
function makeTile(): Float32Array {
  const sum = new Float32Array(SIDE * SIDE);
  let total = 0;
  for (let octave = 0; octave < 6; octave++) {
    const cells = 8 << octave;
    const amplitude = 0.55 ** octave;
    addOctave(sum, latticeOf(cells, octave), cells, amplitude);
    total += amplitude;
  }
  // Octaves average out; the factor spreads the sum over the unit range again.
  return sum.map((value) => Math.min(1, Math.max(0, 0.5 + (value / total - 0.5) * 1.9)));
}

function latticeOf(cells: number, octave: number): Float32Array {
  const stream = new RandomStream(0, 'facade noise', [octave]);
  return Float32Array.from({ length: cells * cells }, () => stream.uniform());
}

function addOctave(sum: Float32Array, lattice: Float32Array, cells: number, amplitude: number): void {
  const scale = cells / SIDE;
  for (let y = 0; y < SIDE; y++) {
    const top = Math.floor(y * scale);
    const fy = smooth(y * scale - top);
    const row0 = top * cells;
    const row1 = ((top + 1) % cells) * cells;
    for (let x = 0; x < SIDE; x++) {
      const left = Math.floor(x * scale);
      const right = (left + 1) % cells;
      const fx = smooth(x * scale - left);
      const upper = lattice[row0 + left] * (1 - fx) + lattice[row0 + right] * fx;
      const lower = lattice[row1 + left] * (1 - fx) + lattice[row1 + right] * fx;
      sum[y * SIDE + x] += amplitude * (upper * (1 - fy) + lower * fy);
    }
  }
}

/** Hermite step from 0 to 1 without corners, for t in [0, 1]. */
export function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
