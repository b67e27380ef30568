import type { Device } from '../../engine/runtime/device.js';
import type { Optimiser } from '../../engine/runtime/optimiser.js';
import type { ModelGraph } from '../../models/definition.js';
import { ADAM_EPSILON, learningRateOf } from '../../models/layers/adam.js';
import { parametersOf } from '../../models/layers/module.js';

/** An optimiser, and the networks that it trains. */
export interface NetworkOptimiser {
  readonly name: string;
  readonly optimiser: Optimiser;
  readonly networks: readonly string[];
  /** Those of the networks of which it keeps a moving average. */
  readonly averaged: readonly string[];
}

/** The options that decide what optimisers do besides Adam. */
export interface OptimiserSettings {
  readonly clipGradNorm: number;
  readonly accumulate: number;
  readonly ema: number;
}

/**
 * A model's optimisers, with memory on the device for what they train. Those of networks that tests use keep their
 * moving average where there is to be one.
 *
 * @throws Pix2PixError when there is not enough memory
 */
export async function createOptimisers(
  { optimisers, networks: all, testNetworks, step }: ModelGraph,
  device: Pick<Device, 'optimiser'>,
  { clipGradNorm, accumulate, ema }: OptimiserSettings,
): Promise<NetworkOptimiser[]> {
  const created: NetworkOptimiser[] = [];
  for (const { name, networks, betas, epsilon = ADAM_EPSILON } of optimisers) {
    const averaged = ema > 0 ? networks.filter((network) => testNetworks.includes(network)) : [];
    const states = networks.flatMap((network) => parametersOf(all[network]));
    const optimiser = await device.optimiser(states, {
      ...{ betas, epsilon, clipNorm: clipGradNorm, accumulates: accumulate > 1 },
      averaging: averaged.length > 0 ? ema : undefined,
      lossScale: step?.lossScales.get(name),
    });
    created.push({ name, optimiser, networks, averaged });
  }
  return created;
}

/** The run-time scalars of a step: what each optimiser makes of the learning rate. */
export function learningRates({ optimisers }: ModelGraph, rate: number): Record<string, number> {
  return Object.fromEntries(
    optimisers.map(({ name, learningRateFactor = 1 }) => [learningRateOf(name), rate * learningRateFactor]),
  );
}
