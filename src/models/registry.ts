import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { ExtendOptions } from '../options/extension.js';
import { colorization } from './colorization.js';
import { cycleGan } from './cycleGan.js';
import type { ModelDefinition } from './definition.js';
import { gan } from './gan.js';
import { pix2pix } from './pix2pix.js';
import { testModel } from './testModel.js';

/** The models of this package. */
const BUILT_IN: readonly ModelDefinition[] = [pix2pix, cycleGan, gan, colorization, testModel];

const definitions = new Map(BUILT_IN.map((definition) => [definition.name, definition]));

/** Adds a model under its name for `--model`. A name that is taken is replaced. */
export function registerModel(definition: ModelDefinition): void {
  definitions.set(definition.name, definition);
}

/** Whether `--model name` is one of this package's, unchanged: only these are known in other threads too. */
export function isBuiltInModel(name: string): boolean {
  const definition = definitions.get(name);
  return definition !== undefined && BUILT_IN.includes(definition);
}

/** The model that `--model` names. Throws Pix2PixError for an unknown one. */
export function findModel(name: string): ModelDefinition {
  const definition = definitions.get(name);
  if (definition === undefined) {
    throw new Pix2PixError(
      `--model ${name}: there is no such model`,
      { 'there are': [...definitions.keys()].join(', ') },
      'pass one of these, or add yours by registerModel',
    );
  }
  return definition;
}

/** How the registered models change the options, by name. */
export function modelExtensions(): Record<string, ExtendOptions> {
  return Object.fromEntries([...definitions].map(([name, { extend }]) => [name, extend]));
}
