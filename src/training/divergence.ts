import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { downloadFloats } from '../engine/runtime/device.js';
import type { Model } from './model/model.js';

/** Whether all losses are numbers. */
export function areFinite(losses: Readonly<Record<string, number>>): boolean {
  return Object.values(losses).every(Number.isFinite);
}

/**
 * Stops a training whose last step has given a loss that is no number.
 * @param at where that was: `epoch 3, step 1207`
 * @throws Pix2PixError naming the losses, the step and its images
 */
export async function requireFiniteLosses(model: Model, at: string): Promise<void> {
  const losses = await model.getCurrentLosses();
  const bad = Object.keys(losses).filter((name) => !Number.isFinite(losses[name]));
  if (bad.length > 0) throw diverged(model, at, bad.map((name) => `${name} = ${losses[name]}`).join(', '));
}

/** Keeps weights, running statistics and the like that are no numbers out of a checkpoint. Throws as above. */
export async function requireFiniteWeights(model: Model, at: string): Promise<void> {
  for (const [name, { states }] of Object.entries(model.networks)) {
    for (const state of states) {
      if (state.type.dtype !== 'f32') continue;
      if (Number.isFinite(sum(await downloadFloats(model.device, state)))) continue;
      throw diverged(model, at, `${name} ${state.name} is not finite`);
    }
  }
}

function diverged(model: Model, at: string, what: string): Pix2PixError {
  return new Pix2PixError(
    `training has diverged: ${what}`,
    {
      at,
      images: model.getImagePaths().join(', ') || 'unknown',
      checkpoints: 'those saved before are intact',
    },
    'continue from the last one with --continue_train and a smaller --lr, or look at these images',
  );
}

/** In double precision, which no sum of f32 numbers overflows: it is finite where all of them are. */
function sum(data: Float32Array): number {
  let total = 0;
  for (let i = 0; i < data.length; i++) total += data[i];
  return total;
}
