import { NotFinite } from '../checkpoints/finite.js';
import type { TrackPoint } from '../records/writing/tracker.js';
import { diverged, type StepPlace } from './model/finiteLosses.js';
import type { Model } from './model/model.js';

/** The step that a model has just made. */
export function placeOf(model: Model, { epoch }: TrackPoint): StepPlace {
  return { epoch, steps: model.steps, images: model.getImagePaths() };
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
