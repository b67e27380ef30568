import type { State } from '../../engine/ir/state.js';
import { Adam } from '../../engine/runtime/adam.js';
import { type ExtraQuantity, OptimiserMemory } from '../../engine/runtime/optimiserMemory.js';
import type { StateStore } from '../../engine/runtime/stateStore.js';
import type { ModelGraph, OptimiserDefinition } from '../../models/definition.js';
import { ADAM_EPSILON } from '../../models/layers/adam.js';
import { parametersOf } from '../../models/layers/module.js';

/** What an optimiser of a model trains. */
function trainedStates(graph: ModelGraph, { networks }: OptimiserDefinition): State[] {
  return networks.flatMap((network) => parametersOf(graph.networks[network]));
}

/** The options that decide what optimisers do besides Adam. */
export interface OptimiserSettings {
  readonly clipGradNorm: number;
  readonly accumulate: number;
  readonly ema: number;
}

/**
 * A model's optimisers by name, with memory for their states, which `store` adopts. Those of networks that tests use
 * keep their moving average where there is to be one.
 *
 * @throws Pix2PixError when there is not enough memory
 */
export function createOptimisers(
  graph: ModelGraph,
  store: StateStore,
  { clipGradNorm, accumulate, ema }: OptimiserSettings,
): Map<string, Adam> {
  return new Map(
    graph.optimisers.map((definition) => {
      const { name, betas, epsilon = ADAM_EPSILON } = definition;
      const isAveraged =
        ema > 0 && definition.networks.some((network) => graph.testNetworks.includes(network));
      const extras: ExtraQuantity[] = [];
      if (accumulate > 1) extras.push('accumulated');
      if (isAveraged) extras.push('average');
      const states = trainedStates(graph, definition);
      const constants = { betas, epsilon, clipNorm: clipGradNorm, averaging: isAveraged ? ema : undefined };
      return [name, new Adam(states, store, constants, new OptimiserMemory(states, extras))];
    }),
  );
}
