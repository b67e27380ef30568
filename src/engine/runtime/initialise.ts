import type { State } from '../ir/state.js';
import type { Device } from './device.js';
import { type DrawTensors, drawHere } from './startingValues.js';

/** How starting values are drawn. */
export interface InitialiseSettings {
  /** Default: in this thread. */
  readonly draw?: DrawTensors | undefined;
  /** Done while other threads draw, before the first state is set. */
  readonly meanwhile?: () => Promise<void>;
}

/**
 * Draws the starting values of a network's states, which must be allocated. Each tensor has a stream of its own, so that
 * its numbers depend on the seed, the network's name and its place alone: not on the threads, nor on the device.
 */
export async function initialise(
  network: string,
  states: readonly State[],
  device: Pick<Device, 'upload'>,
  seed: number,
  { draw = drawHere, meanwhile }: InitialiseSettings = {},
): Promise<void> {
  const tensors = states.flatMap(({ type: { dtype, shape }, initialiser }, index) =>
    dtype === 'i64' ? [] : [{ seed, network, index, shape, initialiser }],
  );
  const drawing = draw(tensors);
  try {
    await meanwhile?.();
    for (const state of states) {
      if (state.type.dtype === 'i64') await device.upload(state, new BigInt64Array(1));
    }
    for (let drawn = await drawing.next(); drawn !== undefined; drawn = await drawing.next()) {
      await device.upload(states[drawn.tensor.index], drawn.data);
    }
  } finally {
    await drawing.end();
  }
}
