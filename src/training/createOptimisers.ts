import type { State } from '../ir/state.js';
import type { ModelGraph, OptimiserDefinition } from '../models/definition.js';
import { ADAM_EPSILON } from '../nn/adam.js';
import { parametersOf } from '../nn/module.js';
import { Adam } from '../runtime/adam.js';
import type { StateStore } from '../runtime/stateStore.js';

/** What an optimiser of a model trains. */
function trainedStates(graph: ModelGraph, { networks }: OptimiserDefinition): State[] {
  return networks.flatMap((network) => parametersOf(graph.networks[network]));
}

/**
 * A model's optimisers by name, with memory for their states, which `store` adopts.
 * @throws Pix2PixError when there is not enough memory
 */
export function createOptimisers(graph: ModelGraph, store: StateStore): Map<string, Adam> {
  return new Map(
    graph.optimisers.map((definition) => {
      const { name, betas, epsilon = ADAM_EPSILON } = definition;
      return [name, new Adam(trainedStates(graph, definition), store, { betas, epsilon })];
    }),
  );
}
