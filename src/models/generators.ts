import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { GeneratorDefinition, ModelGraph } from './definition.js';

/**
 * The generator of a model that translates single images.
 * @param network its name; default: the first
 * @throws Pix2PixError when the model has no such generator
 */
export function findGeneratorOf({ generators }: ModelGraph, network?: string): GeneratorDefinition {
  const [first] = generators;
  if (first === undefined)
    throw new Pix2PixError('this model makes images of noise', {}, 'it has nothing to translate');
  if (network === undefined) return first;
  const found = generators.find((generator) => generator.network === network);
  if (found !== undefined) return found;
  throw new Pix2PixError(
    `the model has no generator ${network}`,
    { generators: generators.map((generator) => generator.network).join(', ') },
    'choose one of these, or none for the first',
  );
}
