import { parseArgs } from 'node:util';
import { RandomStream } from '../src/base/random/stream.js';
import { dispatchKernels } from '../src/engine/devices/webgpu/dispatchKernel.js';
import { type Dispatch, encodeDispatches, type Gpu, type Memory } from '../src/engine/devices/webgpu/gpu.js';
import { matrixOf, SUBGROUP_MATRIX } from '../src/engine/devices/webgpu/kernelLimits.js';
import { timeTiles } from '../src/engine/devices/webgpu/kernelTiming.js';
import { aligned } from '../src/engine/devices/webgpu/placement.js';
import { isHalf, isPacked } from '../src/engine/devices/webgpu/shaders/arrays.js';
import { matrixTilesByRule, matrixTilesFor } from '../src/engine/devices/webgpu/shaders/matrixTiles.js';
import { type Tile, tileName } from '../src/engine/devices/webgpu/shaders/tile.js';
import { plausibleTiles } from '../src/engine/devices/webgpu/shaders/tileRules.js';
import { tensorsOf } from '../src/engine/devices/webgpu/sharedBindings.js';
import type { Tensor } from '../src/engine/ir/loopForm.js';
import { elementCount } from '../src/engine/ir/tensorType.js';
import type { Kernel } from '../src/engine/loops/kernel.js';
import { toHalf } from '../src/engine/onnx/half.js';
import { relativeError } from '../test/assertClose.js';
import { fromHalfBits } from '../test/halfBits.js';
import { openGpu } from './openGpu.js';
import { writeResults } from './report.js';
import {
  CONTRACTION_OPTIONS,
  type Contraction,
  contractionsOf,
  describeContraction,
  operationsOf,
} from './stepContractions.js';

/**
 * Every contraction of a default training step in mixed precision by matrices of subgroups (tensor cores) and by ordinary tiles, on
 * the same numbers: how far the results are apart, and both times. `node dist/bench/gpuMixed.js`; after `--`, any options of a
 * training. It ends with 1 where results differ.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...CONTRACTION_OPTIONS,
    /** Ordinary tiles that are timed of each contraction. */
    tiles: { type: 'string', default: '3' },
    /** The same of tiles of matrices. */
    matrices: { type: 'string', default: '6' },
    out: { type: 'string', default: 'bench/results/gpuMixed.json' },
  },
});

/** ‖matrices - ordinary‖ / ‖ordinary‖: both sum the same products in float32, and may store 16-bit floats. */
const MOST_APART = 1e-3;

const { gpu, info } = await openGpu(values.gpu, ['subgroups', SUBGROUP_MATRIX]);
const matrix = matrixOf(gpu, info);
console.log(`${gpu.name}: ${[...gpu.device.features].join(' ')}`);
console.log(`matrices: ${matrix === undefined ? 'none' : Object.values(matrix).join('×')}`);
const flags = ['--precision', 'mixed', '--batch_size', values.batch, ...positionals];
const results: Compared[] = [];
for (const contraction of contractionsOf(gpu, flags, Number(values.size), values.only)) {
  results.push(await compare(contraction));
}
const sum = (of: (result: Compared) => number) =>
  results.reduce((total, result) => total + result.count * of(result), 0);
const best = sum(({ ordinary, matrices }) =>
  Math.min(ordinary.milliseconds, ...(matrices ? [matrices.milliseconds] : [])),
);
const apart = Math.max(0, ...results.flatMap(({ matrices }) => matrices?.apart ?? []));
console.log(
  `all contractions of a step: ${sum(({ ordinary }) => ordinary.milliseconds).toFixed(2)} ms by ordinary tiles, ` +
    `${best.toFixed(2)} ms by the faster of both, at most ${apart.toExponential(1)} apart`,
);
writeResults(values.out, { adapter: gpu.name, matrix, flags, results });
await gpu.dispose();
process.exitCode = apart <= MOST_APART ? 0 : 1;

interface Timed {
  readonly tile: string;
  readonly milliseconds: number;
}

interface Compared extends Pick<Contraction, 'name' | 'count'> {
  readonly operations: number;
  readonly ordinary: Timed;
  readonly matrices: (Timed & { readonly apart: number; readonly times: readonly Timed[] }) | undefined;
}

/** The fastest of both kinds of tiles, and how far all tiles of matrices are from an ordinary one. */
async function compare(contraction: Contraction): Promise<Compared> {
  const { kernel, shape, name, count } = contraction;
  const limits = gpu.workgroupLimits;
  const ordinary = plausibleTiles(shape, limits).slice(0, Number(values.tiles));
  const all = matrix === undefined ? [] : matrixTilesByRule(shape, matrixTilesFor(shape, limits, matrix));
  const matrices = all.slice(0, Number(values.matrices));
  const ruled = matrices.length === 0 ? undefined : tileName(matrices[0]);
  const tensors = await filled(kernel);
  const expected = await resultsOf(kernel, tensors, ordinary[0]);
  const rate = ({ milliseconds }: Timed) => (operationsOf(shape) / milliseconds / 1e9).toFixed(1);
  const timed = async (tiles: readonly Tile[]): Promise<Timed[]> => {
    const times = Object.entries(tiles.length === 0 ? {} : await timeTiles(gpu, kernel, tiles));
    return times
      .map(([tile, milliseconds]) => ({ tile, milliseconds }))
      .sort((a, b) => a.milliseconds - b.milliseconds);
  };
  let apart = 0;
  for (const tile of matrices) {
    const found = await resultsOf(kernel, tensors, tile);
    const own = Math.max(...found.map((result, i) => relativeError(result, expected[i])));
    if (!(own <= MOST_APART)) console.log(`  ${tileName(tile)} is ${own} apart in ${name}`);
    apart = Math.max(apart, Number.isNaN(own) ? Number.POSITIVE_INFINITY : own);
  }
  for (const buffer of new Set([...tensors.values()].map((memory) => memory.buffer))) gpu.free(buffer);
  const [plain, byMatrices] = [await timed(ordinary), await timed(matrices)];
  const text = (times: readonly Timed[]) =>
    times
      .slice(0, 3)
      .map((time) => {
        const mark = time.tile === ruled ? '*' : '';
        return `${mark}${time.tile}: ${(1000 * time.milliseconds).toFixed(0)} µs, ${rate(time)}`;
      })
      .join('; ');
  console.log(describeContraction(contraction));
  console.log(`    ${text(plain)}`);
  if (matrices.length > 0) console.log(`    ${text(byMatrices)} (${apart.toExponential(1)} apart)`);
  return {
    ...{ name, count, operations: operationsOf(shape), ordinary: plain[0] },
    matrices: matrices.length === 0 ? undefined : { ...byMatrices[0], apart, times: byMatrices },
  };
}

type Tensors = ReadonlyMap<Tensor, Memory>;

/** Memory for each tensor of a kernel, full of random numbers: next to each other where a binding may be so large. */
async function filled(kernel: Kernel): Promise<Tensors> {
  const data = tensorsOf(kernel).map((tensor, i) => {
    return { tensor, bytes: bytesOf(tensor, new RandomStream(1, 'kernel', [i])) };
  });
  const total = data.reduce((sum, { bytes }) => sum + aligned(bytes.byteLength), 0);
  const shared = total <= gpu.maxBindingBytes ? await gpu.allocate(total, 'all tensors') : undefined;
  const tensors = new Map<Tensor, Memory>();
  let offset = 0;
  for (const { tensor, bytes } of data) {
    const buffer = shared ?? (await gpu.allocate(bytes.byteLength, 'a tensor'));
    tensors.set(tensor, { buffer, offset: shared === undefined ? 0 : offset, bytes: bytes.byteLength });
    gpu.write(tensors.get(tensor)!, bytes);
    offset += aligned(bytes.byteLength);
  }
  return tensors;
}

/** A few thousand numbers, over and over. */
function bytesOf(tensor: Tensor, stream: RandomStream): Uint8Array {
  const count = elementCount(tensor.type.shape);
  const numbers = Float32Array.from({ length: 4099 }, () => stream.normal());
  const at = (i: number) => numbers[i % numbers.length];
  if (isPacked(tensor)) {
    return Uint8Array.from({ length: Math.ceil(count / 4) * 4 }, (_, i) => Math.abs(64 * at(i)) % 256);
  }
  if (!isHalf(tensor)) return new Uint8Array(Float32Array.from({ length: count }, (_, i) => at(i)).buffer);
  const halves = toHalf(numbers);
  const words = Uint16Array.from({ length: Math.ceil(count / 2) * 2 }, (_, i) => halves[i % halves.length]);
  return new Uint8Array(words.buffer);
}

async function dispatchOf(kernel: Kernel, tensors: Tensors, tile: Tile): Promise<Dispatch> {
  const [dispatch] = await dispatchKernels(gpu, [
    { kernel, tile, memoryOf: (tensor) => tensors.get(tensor)! },
  ]);
  return dispatch;
}

/** What a kernel stores by a tile. */
async function resultsOf(kernel: Kernel, tensors: Tensors, tile: Tile): Promise<ArrayLike<number>[]> {
  const dispatch = await dispatchOf(kernel, tensors, tile);
  await gpu.submit((encoder) => encodeDispatches(encoder, [dispatch]));
  const found: ArrayLike<number>[] = [];
  for (const { tensor } of kernel.stores) found.push(await numbersIn(gpu, tensor, tensors.get(tensor)!));
  return found;
}

async function numbersIn(gpu: Gpu, tensor: Tensor, memory: Memory): Promise<ArrayLike<number>> {
  const bytes = await gpu.read(memory);
  if (!isHalf(tensor)) return new Float32Array(bytes);
  const known = new Map<number, number>();
  return Float32Array.from(new Uint16Array(bytes, 0, elementCount(tensor.type.shape)), (bits) => {
    const number = known.get(bits) ?? fromHalfBits(bits);
    known.set(bits, number);
    return number;
  });
}
