import { RandomStream } from '../../base/random/stream.js';
import { fillNormal } from '../../base/random/ziggurat.js';
import type { State } from '../ir/state.js';
import { fillOrthogonal } from './orthogonal.js';
import type { StateStore } from './stateStore.js';

/**
 * Draws the starting values of a network's states. Each tensor has a stream of its own, so that its numbers depend on
 * the seed, the network's name and its place alone.
 */
export function initialise(network: string, states: readonly State[], store: StateStore, seed: number): void {
  states.forEach((state, index) => {
    if (state.type.dtype === 'i64') {
      store.counter(state)[0] = 0n;
      return;
    }
    const out = store.floats(state);
    const { initialiser } = state;
    const stream = new RandomStream(seed, `init.${network}`, [index]);
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
        fillOrthogonal(out, state.type.shape[0], stream, initialiser.gain);
        break;
      case 'direction': {
        fillNormal(out, stream, 0, 1);
        const length = Math.sqrt(out.reduce((sum, x) => sum + x * x, 0));
        out.forEach((x, i) => {
          out[i] = x / length;
        });
        break;
      }
    }
  });
}
