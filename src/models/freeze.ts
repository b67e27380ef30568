import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { ModelGraph } from './definition.js';
import { parametersOf } from './layers/module.js';

/** Names that a message shows. */
const SHOWN = 6;

/**
 * Takes the weights whose names match out of training: `G.model.model.0.weight` is the network's name and that in its
 * checkpoint; in a pattern `*` stands for anything. Running statistics of batch norms go on moving.
 *
 * @param patterns separated by commas
 * @throws Pix2PixError when one matches nothing, or an optimiser has nothing left to train
 */
export function freezeWeights(
  { networks, optimisers }: Pick<ModelGraph, 'networks' | 'optimisers'>,
  patterns: string,
): void {
  const weights = Object.entries(networks).flatMap(([network, module]) =>
    parametersOf(module).map((state) => ({ name: `${network}.${state.name}`, state })),
  );
  for (const pattern of patterns.split(',').filter((part) => part !== '')) {
    const matches = matcherOf(pattern);
    const found = weights.filter(({ name }) => matches.test(name));
    if (found.length === 0)
      throw matchesNothing(
        pattern,
        weights.map(({ name }) => name),
      );
    for (const { state } of found) state.freeze();
  }
  for (const { name, networks: trained } of optimisers) {
    if (trained.some((network) => parametersOf(networks[network]).length > 0)) continue;
    throw new Pix2PixError(
      `--freeze leaves nothing to train in ${trained.join(' and ')}`,
      { '--freeze': patterns, optimiser: name },
      'freeze some of its layers alone',
    );
  }
}

function matcherOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function matchesNothing(pattern: string, names: readonly string[]): Pix2PixError {
  const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return new Pix2PixError(
    'a pattern of --freeze matches no weights',
    { pattern, weights: names.slice(0, SHOWN).join(', ') + rest },
    'a pattern is a whole name, in which * stands for anything: "G.model.model.0.*"',
  );
}
