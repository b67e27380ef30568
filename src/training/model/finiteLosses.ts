import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/** A step, as a person finds it again. */
export interface StepPlace {
  readonly epoch: number;
  readonly steps: number;
  readonly images: readonly string[];
}

/** What a person at the command line can do. */
const LOWER_LR =
  'continue from the last one with --continue_train and a smaller --lr, or look at these images';

/**
 * Stops a training in which a step has given a loss that is no number.
 * @param tell is called before
 * @param fix what a person can do
 * @throws Pix2PixError naming the losses, the place and the images
 */
export function requireFiniteLosses(
  losses: Readonly<Record<string, number>>,
  place: StepPlace,
  tell: () => void,
  fix?: string,
): void {
  const bad = Object.keys(losses).filter((name) => !Number.isFinite(losses[name]));
  if (bad.length === 0) return;
  tell();
  throw diverged(place, bad.map((name) => `${name} = ${losses[name]}`).join(', '), fix);
}

/** @param what is no number */
export function diverged({ epoch, steps, images }: StepPlace, what: string, fix = LOWER_LR): Pix2PixError {
  return new Pix2PixError(
    `training has diverged: ${what}`,
    {
      at: `epoch ${epoch}, step ${steps}`,
      images: images.join(', ') || 'unknown',
      checkpoints: 'those saved before are intact',
    },
    fix,
  );
}
