import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { NotFinite } from '../checkpoints/finite.js';
import type { TrackPoint } from '../records/writing/tracker.js';
import type { Model } from './model/model.js';

/** A step, as a person finds it again. */
export interface StepPlace {
  readonly epoch: number;
  readonly steps: number;
  readonly images: readonly string[];
}

/** The step that a model has just made. */
export function placeOf(model: Model, { epoch }: TrackPoint): StepPlace {
  return { epoch, steps: model.steps, images: model.getImagePaths() };
}

/**
 * Stops a training in which a step has given a loss that is no number.
 * @param tell is called before
 * @throws Pix2PixError naming the losses, the place and the images
 */
export function requireFiniteLosses(
  losses: Readonly<Record<string, number>>,
  place: StepPlace,
  tell: () => void,
): void {
  const bad = Object.keys(losses).filter((name) => !Number.isFinite(losses[name]));
  if (bad.length === 0) return;
  tell();
  throw diverged(place, bad.map((name) => `${name} = ${losses[name]}`).join(', '));
}

/**
 * Saves a model. Weights, running statistics, moments of Adam and the like that are no finite numbers are not stored: a
 * training that has come to such has diverged.
 * @throws Pix2PixError naming the tensor, the place and the images of the last step; and what `save` throws
 */
export async function saveUnlessDiverged(
  model: Model,
  at: TrackPoint,
  save: () => Promise<void>,
): Promise<void> {
  try {
    await save();
  } catch (error) {
    throw error instanceof NotFinite ? diverged(placeOf(model, at), error.summary) : error;
  }
}

function diverged({ epoch, steps, images }: StepPlace, what: string): Pix2PixError {
  return new Pix2PixError(
    `training has diverged: ${what}`,
    {
      at: `epoch ${epoch}, step ${steps}`,
      images: images.join(', ') || 'unknown',
      checkpoints: 'those saved before are intact',
    },
    'continue from the last one with --continue_train and a smaller --lr, or look at these images',
  );
}
