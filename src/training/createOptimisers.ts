import type { State } from '../ir/state.js';
import type { ModelGraph, OptimiserDefinition } from '../models/definition.js';
import { ADAM_EPSILON } from '../nn/adam.js';
import { parametersOf } from '../nn/module.js';
import { Adam } from '../runtime/adam.js';
import type { SessionOptions } from '../runtime/session.js';
import type { StateStore } from '../runtime/stateStore.js';

/** What an optimiser of a model trains. */
export function trainedStates(graph: ModelGraph, { networks }: OptimiserDefinition): State[] {
  return networks.flatMap((network) => parametersOf(graph.networks[network]));
}

/** A model's optimisers by name. Their states must have arenas in `store`, one an optimiser. */
export async function createOptimisers(
  graph: ModelGraph,
  store: StateStore,
  options: SessionOptions,
): Promise<Map<string, Adam>> {
  const creating = graph.optimisers.map(async (definition) => {
    const { name, betas, epsilon = ADAM_EPSILON } = definition;
    const states = trainedStates(graph, definition);
    return [name, await Adam.create(states, store, { betas, epsilon }, options)] as const;
  });
  return new Map(await Promise.all(creating));
}
