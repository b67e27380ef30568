import type { Tensor } from '../../ir/loopForm.js';
import { elementCount } from '../../ir/tensorType.js';
import type { Kernel } from '../../loops/kernel.js';
import type { AlgorithmTimes } from '../../runtime/algorithmTimes.js';
import { BufferUsage } from './bufferUsage.js';
import { dispatchKernel } from './dispatchKernel.js';
import { type Dispatch, encodeDispatches, type Gpu, type Memory } from './gpu.js';
import { type Tile, tileName } from './shaders/tile.js';
import { tensorsOf } from './sharedBindings.js';

/** Dispatches in a row that are timed together, so that what a clock or a submission adds is small; the best of some. */
const [REPEATED, ROUNDS] = [10, 3];

/** Milliseconds of a kernel by each of these tiles, over memory of its own. */
export async function timeTiles(gpu: Gpu, kernel: Kernel, tiles: readonly Tile[]): Promise<AlgorithmTimes> {
  const memories = await allocateTensors(gpu, kernel);
  const times: Record<string, number> = {};
  for (const tile of tiles) {
    const dispatch = await gpu.checked(() => dispatchKernel(gpu, kernel, (t) => memories.get(t)!, tile));
    times[tileName(tile)] = await timeDispatch(gpu, dispatch);
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

/** Milliseconds of one dispatch: by the GPU's clock where it has one, else by ours. */
export async function timeDispatch(gpu: Gpu, dispatch: Dispatch): Promise<number> {
  const repeated = Array.from({ length: REPEATED }, () => dispatch);
  const time = gpu.device.features.has('timestamp-query') ? timeByGpu : timeByHost;
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= ROUNDS; round++) {
    const milliseconds = await time(gpu, repeated);
    if (round > 0) fastest = Math.min(fastest, milliseconds); // the first warms up
  }
  return fastest / REPEATED;
}

async function timeByHost(gpu: Gpu, dispatches: readonly Dispatch[]): Promise<number> {
  await gpu.finish();
  const started = performance.now();
  await gpu.submit((encoder) => encodeDispatches(encoder, dispatches));
  await gpu.finish();
  return performance.now() - started;
}

async function timeByGpu(gpu: Gpu, dispatches: readonly Dispatch[]): Promise<number> {
  const querySet = gpu.device.createQuerySet({ type: 'timestamp', count: 2 });
  const usage = BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC;
  const buffer = gpu.device.createBuffer({ size: 16, usage });
  await gpu.submit((encoder) => {
    encodeDispatches(encoder, dispatches, {
      querySet,
      beginningOfPassWriteIndex: 0,
      endOfPassWriteIndex: 1,
    });
    encoder.resolveQuerySet(querySet, 0, 2, buffer, 0);
  });
  const [begun, ended] = new BigUint64Array(await gpu.read({ buffer, offset: 0, bytes: 16 }));
  buffer.destroy();
  querySet.destroy();
  return Number(ended - begun) / 1e6;
}
