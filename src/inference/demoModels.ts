import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pix2PixError } from '../base/errors/pix2pixError.js';

/** The generators that come with the package, by name: facades makes photographs of label maps, labels the other way round. */
export const DEMO_MODELS = ['facades', 'labels'] as const;

const PREFIX = 'demo:';

/**
 * The file of a generator that comes with the package, for `demo:facades`; undefined for other names of models.
 * @throws Pix2PixError for a demo that there is not
 */
export function demoModelFile(model: string): string | undefined {
  if (!model.startsWith(PREFIX)) return undefined;
  const name = DEMO_MODELS.find((known) => PREFIX + known === model);
  if (name === undefined) {
    const known = DEMO_MODELS.map((each) => PREFIX + each).join(', ');
    throw new Pix2PixError(`there is no model ${model}`, { 'there are': known }, 'pass one of these');
  }
  return fileOf(name);
}

/** Whether a model comes with the package, by its name or by its file. */
export function isDemoModel(model: string): boolean {
  return DEMO_MODELS.some((name) => model === PREFIX + name || resolve(model) === fileOf(name));
}

function fileOf(name: string): string {
  // from dist/src/inference
  return fileURLToPath(new URL(`../../../models/demo_${name}.safetensors`, import.meta.url));
}
