import type { Value } from '../ir/value.js';
import { abs, neg, shift, softplus, square, sub } from '../ops/elementwise.js';
import { mean } from '../ops/reduce.js';

export const ganModes = ['vanilla', 'lsgan'] as const;
export type GanMode = (typeof ganModes)[number];

/**
 * How well a discriminator's answers fit what they should be (the reference's GANLoss), a scalar.
 *
 * - vanilla: binary cross-entropy of the logits, ln(1 + e^∓x) (Goodfellow et al. 2014)
 * - lsgan: squared distance to 1 or 0 (Mao et al. 2017)
 *
 * @param logits the discriminator's raw outputs, any shape
 */
export function ganLoss(mode: GanMode, logits: Value, targetIsReal: boolean): Value {
  switch (mode) {
    case 'vanilla':
      return mean(softplus(targetIsReal ? neg(logits) : logits));
    case 'lsgan':
      return mean(square(targetIsReal ? shift(logits, -1) : logits));
  }
}

/** Mean absolute difference, a scalar. */
export function l1Loss(a: Value, b: Value): Value {
  return mean(abs(sub(a, b)));
}
