import type { NamedTensors } from '../../checkpoints/format/dtype.js';
import type { LoadedCheckpoint } from '../../checkpoints/loading.js';
import type { State } from '../../engine/ir/state.js';
import type { Adam } from '../../engine/runtime/adam.js';
import { networkTensors } from '../saved/trainingState.js';
import type { Model } from './model.js';

/** The checkpoint's name of a network's moving average: `G_ema`, with the states' own names in it. */
export function averagedName(network: string): string {
  return `${network}_ema`;
}

/** The optimisers that keep a moving average, and the networks that they keep it of. */
export function averagesOf({ graph, optimisers, opt }: Model): { optimiser: Adam; networks: string[] }[] {
  if (!opt.isTrain || opt.ema === 0) return [];
  return graph.optimisers.flatMap(({ name, networks }) => {
    const averaged = networks.filter((network) => graph.testNetworks.includes(network));
    return averaged.length === 0 ? [] : [{ optimiser: optimisers.get(name)!, networks: averaged }];
  });
}

/** The moving averages for a checkpoint. What is not trained, such as running statistics, is the network's own. */
export function averagedTensors(model: Model): Record<string, NamedTensors> {
  const entries = averagesOf(model).flatMap(({ optimiser, networks }) =>
    networks.map((name): [string, NamedTensors] => {
      const network = model.networks[name];
      const tensors = new Map(networkTensors(network, model.store));
      for (const state of network.states.filter(isTrained)) {
        const data = optimiser.memory.of(state, 'average');
        tensors.set(state.name, { dtype: 'F32', shape: [...state.type.shape], data });
      }
      return [averagedName(name), tensors];
    }),
  );
  return Object.fromEntries(entries);
}

/** Fills the moving averages from a checkpoint; where it has none, they start at the weights as they are. */
export function loadAverages(model: Model, { networks: files }: LoadedCheckpoint): void {
  for (const { optimiser, networks } of averagesOf(model)) {
    optimiser.startAverage();
    for (const name of networks) {
      const file = files.get(averagedName(name));
      if (file === undefined) continue;
      for (const state of model.networks[name].states.filter(isTrained)) {
        file.readInto(state.name, optimiser.memory.of(state, 'average'));
      }
    }
  }
}

/** What `use` does with the networks, it does with their moving averages, where there are any. */
export async function withAverages<T>(model: Model, use: () => Promise<T>): Promise<T> {
  const exchange = () => {
    for (const { optimiser } of averagesOf(model)) optimiser.exchangeAverage();
  };
  exchange();
  try {
    return await use();
  } finally {
    exchange();
  }
}

const isTrained = ({ role }: State) => role === 'parameter';
