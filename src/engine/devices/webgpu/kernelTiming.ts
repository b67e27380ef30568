import type { Tensor } from '../../ir/loopForm.js';
import { elementCount } from '../../ir/tensorType.js';
import type { Kernel } from '../../loops/kernel.js';
import type { AlgorithmTimes } from '../../runtime/algorithmTimes.js';
import { BufferUsage } from './bufferUsage.js';
import { type Dispatch, encodeDispatches } from './dispatches.js';
import { dispatchKernels } from './dispatchKernel.js';
import type { Gpu, Memory } from './gpu.js';
import { hasHalves } from './kernelLimits.js';
import { kernelShader } from './kernelShader.js';
import { type Tile, tileName } from './shaders/tile.js';
import { tensorsOf } from './sharedBindings.js';

/** Dispatches in a row are timed together, for a millisecond but no more than so many; the best of some rounds counts. */
const [MILLISECONDS, MOST, ROUNDS] = [1, 10, 3];

/** Milliseconds of work before the first is timed: the clock of a GPU that was idle is a fraction of that of a busy one. */
const WARM_UP = 30;

/** Compiles a kernel by each of these tiles, so that `timeTiles` does not wait. */
export async function compileTiles(gpu: Gpu, kernel: Kernel, tiles: readonly Tile[]): Promise<void> {
  if (tensorsOf(kernel).length > gpu.bindingLimits.count) return; // what they share follows from their memory
  const { invocations } = gpu.workgroupLimits;
  const shaders = tiles.map((tile) => kernelShader(kernel, { tile, invocations, hasHalves: hasHalves(gpu) }));
  await gpu.compile(shaders.map(({ source, tensors }) => ({ source, bindings: tensors.length })));
}

/** Milliseconds of a kernel by each of these tiles, over memory of its own. */
export async function timeTiles(gpu: Gpu, kernel: Kernel, tiles: readonly Tile[]): Promise<AlgorithmTimes> {
  const memories = await allocateTensors(gpu, kernel);
  const memoryOf = (tensor: Tensor) => memories.get(tensor)!;
  const dispatches = await dispatchKernels(
    gpu,
    tiles.map((tile) => ({ kernel, memoryOf, tile })),
  );
  const repeated = Math.min(MOST, Math.ceil(MILLISECONDS / (await warmUp(gpu, dispatches[0]))));
  const times: Record<string, number> = {};
  for (const [i, tile] of tiles.entries()) {
    times[tileName(tile)] = await timeDispatch(gpu, dispatches[i], repeated);
  }
  for (const { buffer } of memories.values()) gpu.free(buffer);
  return times;
}

async function allocateTensors(gpu: Gpu, kernel: Kernel): Promise<Map<Tensor, Memory>> {
  const memories = new Map<Tensor, Memory>();
  for (const tensor of tensorsOf(kernel)) {
    const bytes = 4 * elementCount(tensor.type.shape);
    memories.set(tensor, { buffer: await gpu.allocate(bytes, 'a timed kernel'), offset: 0, bytes });
  }
  return memories;
}

/** Keeps a GPU busy. @returns about how many milliseconds a dispatch takes */
async function warmUp(gpu: Gpu, dispatch: Dispatch): Promise<number> {
  const started = performance.now();
  let dispatched = 0;
  for (let passed = 0; passed < WARM_UP; passed = performance.now() - started) {
    await gpu.submit((encoder) => encodeDispatches(encoder, [dispatch]));
    dispatched++;
  }
  await gpu.finish();
  return (performance.now() - started) / dispatched;
}

/** Milliseconds of one dispatch: by the GPU's clock where it has one, else by ours. */
async function timeDispatch(gpu: Gpu, dispatch: Dispatch, repeated = MOST): Promise<number> {
  const time = gpu.device.features.has('timestamp-query') ? timeByGpu : timeByHost;
  const rounds = await time(
    gpu,
    Array.from({ length: repeated }, () => dispatch),
  );
  return Math.min(...rounds) / repeated;
}

async function timeByHost(gpu: Gpu, dispatches: readonly Dispatch[]): Promise<number[]> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await gpu.finish();
    const started = performance.now();
    await gpu.submit((encoder) => encodeDispatches(encoder, dispatches));
    await gpu.finish();
    if (round > 0) rounds.push(performance.now() - started); // the first warms up
  }
  return rounds;
}

/** All rounds in one submission, so that the GPU is not idle between them, which would lower its clock. */
async function timeByGpu(gpu: Gpu, dispatches: readonly Dispatch[]): Promise<number[]> {
  const querySet = gpu.device.createQuerySet({ type: 'timestamp', count: 2 * ROUNDS });
  const bytes = 16 * ROUNDS;
  const usage = BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC;
  const buffer = gpu.device.createBuffer({ size: bytes, usage });
  await gpu.submit((encoder) => {
    encodeDispatches(encoder, dispatches); // warms up
    for (let round = 0; round < ROUNDS; round++) {
      const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [2 * round, 2 * round + 1];
      encodeDispatches(encoder, dispatches, { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex });
    }
    encoder.resolveQuerySet(querySet, 0, 2 * ROUNDS, buffer, 0);
  });
  const stamps = new BigUint64Array(await gpu.read({ buffer, offset: 0, bytes }));
  buffer.destroy();
  querySet.destroy();
  return Array.from({ length: ROUNDS }, (_, i) => Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6);
}
