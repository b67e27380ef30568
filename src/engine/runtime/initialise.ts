import { RandomStream } from '../../base/random/stream.js';
import { fillNormal } from '../../base/random/ziggurat.js';
import type { Initialiser, State } from '../ir/state.js';
import { elementCount } from '../ir/tensorType.js';
import type { Device } from './device.js';
import { fillOrthogonal } from './orthogonal.js';

/**
 * Draws the starting values of a network's states, which must be allocated. Each tensor has a stream of its own, so that
 * its numbers depend on the seed, the network's name and its place alone.
 */
export async function initialise(
  network: string,
  states: readonly State[],
  device: Pick<Device, 'upload'>,
  seed: number,
): Promise<void> {
  // One array for all of them, one after the other: as many new ones would be garbage of the size of the network.
  const scratch = new Float32Array(Math.max(0, ...states.map(({ type }) => elementCount(type.shape))));
  for (const [index, state] of states.entries()) {
    const { shape, dtype } = state.type;
    if (dtype === 'i64') {
      await device.upload(state, new BigInt64Array(1));
      continue;
    }
    const out = scratch.subarray(0, elementCount(shape));
    fill(out, shape[0], state.initialiser, new RandomStream(seed, `init.${network}`, [index]));
    await device.upload(state, out);
  }
}

function fill(out: Float32Array, rows: number, initialiser: Initialiser, stream: RandomStream): void {
  switch (initialiser.kind) {
    case 'constant':
      out.fill(initialiser.value);
      break;
    case 'normal':
      fillNormal(out, stream, initialiser.mean, initialiser.std);
      break;
    case 'uniform':
      for (let i = 0; i < out.length; i++) out[i] = initialiser.bound * (2 * stream.uniform() - 1);
      break;
    case 'orthogonal':
      fillOrthogonal(out, rows, stream, initialiser.gain);
      break;
    case 'direction': {
      fillNormal(out, stream, 0, 1);
      const length = Math.sqrt(out.reduce((sum, x) => sum + x * x, 0));
      for (let i = 0; i < out.length; i++) out[i] /= length;
    }
  }
}
