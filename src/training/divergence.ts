import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { downloadFloats } from '../engine/runtime/device.js';
import type { TrackPoint } from '../records/writing/tracker.js';
import type { Model } from './model/model.js';

/**
 * Stops a training whose last step has given a loss that is no number.
 * @param tell is called before
 * @throws Pix2PixError naming the losses, the place and the images
 */
export function requireFiniteLosses(
  model: Model,
  losses: Readonly<Record<string, number>>,
  at: TrackPoint,
  tell: () => void,
): void {
  const bad = Object.keys(losses).filter((name) => !Number.isFinite(losses[name]));
  if (bad.length === 0) return;
  tell();
  throw diverged(model, at, bad.map((name) => `${name} = ${losses[name]}`).join(', '));
}

/**
 * Keeps weights, running statistics and the like that are no numbers out of a checkpoint.
 * @throws Pix2PixError naming the state, the place and the images of the last step
 */
export async function requireFiniteWeights(model: Model, at: TrackPoint): Promise<void> {
  for (const [name, { states }] of Object.entries(model.networks)) {
    for (const state of states) {
      if (state.type.dtype !== 'f32') continue;
      if (Number.isFinite(sum(await downloadFloats(model.device, state)))) continue;
      throw diverged(model, at, `${name} ${state.name} is not finite`);
    }
  }
}

function diverged(model: Model, { epoch }: TrackPoint, what: string): Pix2PixError {
  return new Pix2PixError(
    `training has diverged: ${what}`,
    {
      at: `epoch ${epoch}, step ${model.steps}`,
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
