import { formatType } from '../../engine/ir/tensorType.js';
import type { ModelGraph } from '../../models/definition.js';
import { type Module, parameterCount, parametersOf } from '../../models/layers/module.js';

/**
 * The text that the reference prints when a model is set up: one line a network with its parameters, all of them with
 * `--verbose`.
 */
export function describeNetworks(networks: Readonly<Record<string, Module>>, verbose: boolean): string {
  const rule = '-'.repeat(15);
  const lines = Object.entries(networks).flatMap(([name, network]) => {
    const millions = (parameterCount(network) / 1e6).toFixed(3);
    const total = `[Network ${name}] Total number of parameters : ${millions} M`;
    const parameters = parametersOf(network).map((state) => `  ${state.name} : ${formatType(state.type)}`);
    const note = network.note === undefined ? [] : [`[Network ${name}] ${network.note}`];
    return [...(verbose ? parameters : []), total, ...note];
  });
  return [`${rule} Networks initialized ${rule}`, ...lines, '-'.repeat(47)].join('\n');
}

/** The networks that a model has memory for: all when training, those of `testNetworks` when testing. */
export function networksInUse(
  { networks, testNetworks }: ModelGraph,
  isTrain: boolean,
): (readonly [name: string, network: Module])[] {
  return isTrain ? Object.entries(networks) : testNetworks.map((name) => [name, networks[name]] as const);
}
