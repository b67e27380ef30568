/** Runs generated kernels on the adapter that opens here, SwiftShader as a rule, beside the interpreter in float64. */
import assert from 'node:assert/strict';
import { RandomStream } from '../src/base/random/stream.js';
import { kernelRun } from '../src/engine/devices/interpreter/kernelRun.js';
import { encodeDispatches } from '../src/engine/devices/webgpu/dispatches.js';
import { dispatchKernels } from '../src/engine/devices/webgpu/dispatchKernel.js';
import { Gpu, type Memory } from '../src/engine/devices/webgpu/gpu.js';
import { kernelShader } from '../src/engine/devices/webgpu/kernelShader.js';
import { isHalf, isPacked } from '../src/engine/devices/webgpu/shaders/arrays.js';
import { invocationsOf, type Tile } from '../src/engine/devices/webgpu/shaders/tile.js';
import { tensorsOf } from '../src/engine/devices/webgpu/sharedBindings.js';
import type { Tensor } from '../src/engine/ir/loopForm.js';
import { elementCount } from '../src/engine/ir/tensorType.js';
import { expressionsIn, type Kernel } from '../src/engine/loops/kernel.js';
import { tensorsIn } from '../src/engine/loops/operands.js';
import { verifyKernel } from '../src/engine/loops/verify.js';
import { roundToHalf } from '../src/engine/runtime/halfFloat.js';
import { assertClose, type Tolerance } from './assertClose.js';
import { foundGpu } from './foundDevices.js';
import { fromHalfBits, halfBits } from './halfBits.js';

await foundGpu?.dispose();

let opened: Promise<Gpu> | undefined;

/** With WebGPU's guaranteed limits and bounds checks. */
export function testGpu(): Promise<Gpu> {
  opened ??= open();
  return opened;
}

async function open(): Promise<Gpu> {
  const api = (await import('webgpu')).create([]);
  const adapter = await api.requestAdapter();
  const gpu = new Gpu(await adapter!.requestDevice(), 'the adapter');
  Object.assign(gpu, { api }); // Dawn's objects need it for as long as they are in use
  return gpu;
}

/** The same, as if it had but one binding. */
async function bindingOnce(): Promise<Gpu> {
  const gpu = await testGpu();
  return new Proxy(gpu, {
    get: (of, name) => {
      if (name === 'bindingLimits') return { count: 1, bytes: of.maxBindingBytes };
      const value = Reflect.get(of, name, of);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

export interface Run {
  readonly kernel: Kernel;
  /** Default: `testGpu`. */
  readonly gpu?: Gpu;
  readonly tile?: Tile;
  /** All tensors lie in one buffer, which the adapter binds but once. */
  readonly isShared?: boolean;
  readonly seed: number;
}

/** A GPU in software takes long to compile what tells of places outside for more invocations. */
const SMALL = 16;

/** float32 sums against float64. */
const TOLERANCE: Tolerance = { relative: 4e-6, absolute: 1e-6 };

/** Runs a kernel on random numbers by both, and compares all that it stores, and that nothing else changes. */
export async function assertAgreement(run: Run, tolerance = TOLERANCE): Promise<void> {
  for (const { found, expected, what } of await runByBoth(run)) assertClose(found, expected, what, tolerance);
}

/** What a kernel leaves in a tensor: on the GPU, and by the interpreter. */
export interface Left {
  readonly tensor: Tensor;
  readonly what: string;
  readonly found: ArrayLike<number>;
  readonly expected: Float64Array;
}

/** Runs a kernel on random numbers by both. */
export async function runByBoth(run: Run): Promise<Left[]> {
  const { kernel, tile, isShared = false, seed } = run;
  verifyKernel('drawn', kernel);
  const gpu = run.gpu ?? (isShared ? await bindingOnce() : await testGpu());
  const tensors = tensorsOf(kernel);
  const elements = new Map(tensors.map((tensor, i) => [tensor, numbers(tensor, seed, i)]));
  const memories = await allocate(gpu, tensors, isShared);
  for (const tensor of tensors) gpu.write(memories.get(tensor)!, bytesOf(tensor, elements.get(tensor)!));
  const memoryOf = (tensor: Tensor) => memories.get(tensor)!;
  const isLarge = tile !== undefined && invocationsOf(tile) > SMALL;
  if (run.gpu !== undefined || isShared || isLarge) {
    const dispatches = await dispatchKernels(gpu, [{ kernel, memoryOf, tile }]);
    await gpu.submit((encoder) => encodeDispatches(encoder, dispatches));
  } else await runInside(gpu, kernel, memoryOf, tile);
  const found = new Map<Tensor, ArrayLike<number>>();
  for (const tensor of tensors) found.set(tensor, numbersIn(await gpu.read(memories.get(tensor)!), tensor));
  for (const buffer of new Set([...memories.values()].map(({ buffer }) => buffer))) gpu.free(buffer);
  kernelRun(kernel, (tensor) => elements.get(tensor)!, 'f64')();
  const read = tensorsIn(expressionsIn(kernel));
  return [...tensors.entries()].flatMap(([i, tensor]) => {
    if (isPacked(tensor)) return [];
    const what = read.includes(tensor) ? `what is read, ${i}` : `what is stored, ${i}`;
    return [{ tensor, what, found: found.get(tensor)!, expected: elements.get(tensor)! }];
  });
}

/** The elements of a tensor as they lie in a GPU's memory. */
function numbersIn(bytes: ArrayBuffer, tensor: Tensor): ArrayLike<number> {
  if (!isHalf(tensor)) return new Float32Array(bytes);
  const halves = new Uint16Array(bytes, 0, elementCount(tensor.type.shape));
  return Float64Array.from(halves, fromHalfBits);
}

/** Runs a kernel, and throws where it reads or stores outside of a tensor: bounds checks alone would hide that. */
async function runInside(gpu: Gpu, kernel: Kernel, memoryOf: (tensor: Tensor) => Memory, tile?: Tile) {
  const { source, tensors, workgroups } = kernelShader(kernel, { tile, tellsOutside: true });
  const outside = { buffer: await gpu.allocate(4, 'whether it went outside'), offset: 0, bytes: 4 };
  const dispatch = await gpu.checked(() =>
    gpu.dispatch(source, [...tensors.map(memoryOf), outside], workgroups),
  );
  await gpu.submit((encoder) => encodeDispatches(encoder, [dispatch]));
  const [word] = new Uint32Array(await gpu.read(outside));
  gpu.free(outside.buffer);
  assert.equal(word, 0, `it touches memory outside of its tensors:\n${source}`);
}

function numbers({ type }: Tensor, seed: number, i: number): Float64Array {
  const stream = new RandomStream(seed, 'operand', [i]);
  const draw = () => {
    if (type.dtype === 'u8') return Math.floor(256 * stream.uniform());
    return type.dtype === 'f16' ? roundToHalf(stream.normal()) : Math.fround(stream.normal());
  };
  return Float64Array.from({ length: elementCount(type.shape) }, draw);
}

/** As they lie in a GPU's memory: bytes and 16-bit floats in whole words. */
function bytesOf(tensor: Tensor, elements: Float64Array): Float32Array | Uint8Array {
  if (isHalf(tensor)) {
    const halves = new Uint16Array(Math.ceil(elements.length / 2) * 2);
    halves.set(Array.from(elements, halfBits));
    return new Uint8Array(halves.buffer);
  }
  if (!isPacked(tensor)) return Float32Array.from(elements);
  const words = new Uint8Array(Math.ceil(elements.length / 4) * 4);
  words.set(elements);
  return words;
}

async function allocate(gpu: Gpu, tensors: readonly Tensor[], isShared: boolean) {
  const memories = new Map<Tensor, Memory>();
  const bytes = tensors.map(({ type }) => 4 * elementCount(type.shape));
  if (!isShared) {
    for (const [i, tensor] of tensors.entries()) {
      memories.set(tensor, { buffer: await gpu.allocate(bytes[i], 'a tensor'), offset: 0, bytes: bytes[i] });
    }
    return memories;
  }
  const room = bytes.map((size) => Math.ceil(size / 256) * 256);
  const buffer = await gpu.allocate(
    room.reduce((a, b) => a + b),
    'all tensors',
  );
  let offset = 0;
  for (const [i, tensor] of tensors.entries()) {
    memories.set(tensor, { buffer, offset, bytes: bytes[i] });
    offset += room[i];
  }
  return memories;
}
