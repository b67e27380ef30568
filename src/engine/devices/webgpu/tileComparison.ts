import { halfToFloat } from '../../../base/halfToFloat.js';
import { RandomStream } from '../../../base/random/stream.js';
import type { Tensor } from '../../ir/loopForm.js';
import { elementCount } from '../../ir/tensorType.js';
import type { Kernel } from '../../loops/kernel.js';
import { toHalf } from '../../onnx/half.js';
import { encodeDispatches } from './dispatches.js';
import { dispatchKernels } from './dispatchKernel.js';
import type { Gpu, Memory } from './gpu.js';
import { aligned } from './placement.js';
import { isHalf, isPacked } from './shaders/arrays.js';
import type { Tile } from './shaders/tile.js';
import { tensorsOf } from './sharedBindings.js';

/** Random numbers, over and over: a prime, so that no row of a tensor is like the one before. */
const NUMBERS = 4099;
/** Bytes of a result that are compared, at its beginning and at its end, where tiles are beyond it. */
const COMPARED_BYTES = 2 ** 18;

/**
 * ‖found - expected‖ / ‖expected‖ of tiles that differ in the order of sums in 32 bits, and now and then in what 16-bit float is
 * the nearest: 2e-5 in a default step, and 4e-4 where a driver leaves some rounding out.
 */
export const MOST_APART = 1e-3;

/**
 * How far what a kernel stores by each of these tiles is from what it stores by another, on the same random numbers:
 * ‖found - expected‖ / ‖expected‖ of the result that is farthest. Infinite where one is no number and the other is.
 */
export async function distancesOf(
  gpu: Gpu,
  kernel: Kernel,
  tiles: readonly Tile[],
  expectedBy: Tile,
): Promise<number[]> {
  const tensors = await filled(gpu, kernel);
  const expected = await resultsBy(gpu, kernel, tensors, expectedBy);
  const distances: number[] = [];
  for (const tile of tiles) {
    const found = await resultsBy(gpu, kernel, tensors, tile);
    distances.push(Math.max(...found.map((result, i) => distance(result, expected[i]))));
  }
  for (const buffer of new Set([...tensors.values()].map((memory) => memory.buffer))) gpu.free(buffer);
  return distances;
}

/** Over what is finite on both sides; infinite where a side alone is, and where nothing is. */
function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const isNumber = Number.isFinite(expected[i]);
    if (isNumber !== Number.isFinite(found[i])) return Number.POSITIVE_INFINITY;
    if (!isNumber) continue;
    difference += (found[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return norm === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(difference / norm);
}

type Tensors = ReadonlyMap<Tensor, Memory>;

/** Memory for each tensor of a kernel, full of random numbers: next to each other where a binding may be so large. */
async function filled(gpu: Gpu, kernel: Kernel): Promise<Tensors> {
  const data = tensorsOf(kernel).map((tensor, i) => {
    return { tensor, bytes: bytesOf(tensor, new RandomStream(1, 'kernel', [i])) };
  });
  const total = data.reduce((sum, { bytes }) => sum + aligned(bytes.byteLength), 0);
  const shared = total <= gpu.maxBindingBytes ? await gpu.allocate(total, 'compared tiles') : undefined;
  const tensors = new Map<Tensor, Memory>();
  let end = 0;
  for (const { tensor, bytes } of data) {
    const buffer = shared ?? (await gpu.allocate(bytes.byteLength, 'compared tiles'));
    const memory = { buffer, offset: shared === undefined ? 0 : end, bytes: bytes.byteLength };
    tensors.set(tensor, memory);
    gpu.write(memory, bytes);
    end += aligned(bytes.byteLength);
  }
  return tensors;
}

function bytesOf(tensor: Tensor, stream: RandomStream): Uint8Array {
  const { shape } = tensor.type;
  const count = elementCount(shape);
  const isPerChannel = elementCount(shape.slice(-2)) === 1 || shape.length === 1;
  // Variances are among the numbers that channels have.
  const draw = isPerChannel ? () => 0.5 + Math.abs(stream.normal()) : () => stream.normal();
  const numbers = Float32Array.from({ length: NUMBERS }, draw);
  if (isPacked(tensor)) {
    const bytes = Uint8Array.from(numbers, (x) => Math.abs(64 * x) % 256);
    return repeated(bytes, new Uint8Array(Math.ceil(count / 4) * 4));
  }
  if (!isHalf(tensor)) return bytesIn(repeated(numbers, new Float32Array(count)));
  return bytesIn(repeated(toHalf(numbers), new Uint16Array(Math.ceil(count / 2) * 2)));
}

function repeated<T extends Uint8Array | Uint16Array | Float32Array>(numbers: T, into: T): T {
  for (let i = 0; i < into.length; i += numbers.length) {
    into.set(numbers.subarray(0, Math.min(numbers.length, into.length - i)), i);
  }
  return into;
}

function bytesIn({ buffer }: Uint16Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer);
}

/** What a kernel stores by a tile: the beginnings and the ends. */
async function resultsBy(gpu: Gpu, kernel: Kernel, tensors: Tensors, tile: Tile): Promise<Float32Array[]> {
  const memoryOf = (tensor: Tensor) => tensors.get(tensor)!;
  const dispatches = await dispatchKernels(gpu, [{ kernel, tile, memoryOf }]);
  await gpu.submit((encoder) => encodeDispatches(encoder, dispatches));
  const results: Float32Array[] = [];
  for (const { tensor } of kernel.stores) {
    for (const part of endsOf(memoryOf(tensor))) {
      results.push(numbersIn(await gpu.read(part), isHalf(tensor)));
    }
  }
  return results;
}

function endsOf(memory: Memory): Memory[] {
  const { offset, bytes } = memory;
  if (bytes <= 2 * COMPARED_BYTES) return [memory];
  const end = offset + bytes - COMPARED_BYTES;
  return [offset, end].map((start) => ({ ...memory, offset: start, bytes: COMPARED_BYTES }));
}

function numbersIn(bytes: ArrayBuffer, areHalves: boolean): Float32Array {
  return areHalves ? Float32Array.from(new Uint16Array(bytes), halfToFloat) : new Float32Array(bytes);
}
