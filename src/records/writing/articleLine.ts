import type { Scalars, TrackPoint } from './tracker.js';

/** A place in a training, counted in steps. */
export interface StepPlace extends Pick<TrackPoint, 'epoch'> {
  readonly epochs: number;
  /** Of the epoch, from 1. */
  readonly step: number;
  readonly steps: number;
}

/**
 * A line of losses as N. Barla's "Pix2pix: Key Model Architecture Decisions" (neptune.ai/blog) prints it, epochs
 * counted from 0: the discriminator's loss whole, the probabilities that it gives to real images (before its update)
 * and to fake ones (after it), and the L1 without its weight.
 */
export function articleLine(
  { epoch, epochs, step, steps }: StepPlace,
  { D_real = 0, D_fake = 0, G_GAN = 0, G_L1 = 0, P_real = 0, P_fake = 0 }: Scalars,
  lambdaL1: number,
): string {
  const [d, g] = [D_real + D_fake, G_GAN + G_L1].map((loss) => loss.toFixed(4));
  const l1 = lambdaL1 > 0 ? G_L1 / lambdaL1 : 0;
  return (
    `Epoch [${epoch - 1}/${epochs}], Step [${step}/${steps}], d_loss: ${d}, g_loss: ${g},` +
    `D(real): ${P_real.toFixed(2)}, D(fake):${P_fake.toFixed(2)},` +
    `g_loss_gan:${G_GAN.toFixed(4)},g_loss_L1:${l1.toFixed(4)}`
  );
}
