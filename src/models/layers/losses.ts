import type { BatchShare } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { relu } from '../../engine/ops/activation.js';
import { allReduce } from '../../engine/ops/allReduce.js';
import { clamp } from '../../engine/ops/cast.js';
import {
  abs,
  add,
  div,
  log,
  mul,
  neg,
  scale,
  shift,
  sigmoid,
  softplus,
  square,
  sub,
} from '../../engine/ops/elementwise.js';
import { logSoftmax } from '../../engine/ops/logSoftmax.js';
import { mean } from '../../engine/ops/reduce.js';

/** The adversarial losses, as `--gan_mode` names them; `ganLoss` has their formulas. */
export const ganModes = ['vanilla', 'lsgan', 'wgangp', 'hinge', 'log'] as const;
/** Keeps logarithms finite; the TensorFlow port's value. */
const EPSILON = 1e-12;

/** One of `ganModes`. */
export type GanMode = (typeof ganModes)[number];

/**
 * The loss by which a discriminator is trained to judge images as real or fake (the reference's GANLoss), a scalar.
 *
 * - vanilla: binary cross-entropy of the logits, ln(1 + e^∓x) (Goodfellow et al. 2014)
 * - lsgan: squared distance to 1 or 0 (Mao et al. 2017)
 * - wgangp: ∓x; the gradient penalty comes on top (Gulrajani et al. 2017)
 * - hinge: max(0, 1 ∓ x) (Lim and Ye 2017)
 * - log: -ln(p + 10⁻¹²) of the probability p of what it should be, the logistic function of ±x (pix2pix.py of
 *   affinelayer/pix2pix-tensorflow); vanilla but for logits beyond ±27
 *
 * @param logits the discriminator's raw outputs, any shape
 */
export function ganLoss(mode: GanMode, logits: Value, targetIsReal: boolean): Value {
  const towards = targetIsReal ? neg(logits) : logits;
  switch (mode) {
    case 'vanilla':
      return mean(softplus(towards));
    case 'lsgan':
      return mean(square(targetIsReal ? shift(logits, -1) : logits));
    case 'wgangp':
      return mean(towards);
    case 'hinge':
      return mean(relu(shift(towards, 1)));
    case 'log':
      return neg(mean(log(shift(sigmoid(neg(towards)), EPSILON))));
  }
}

/** How far a discriminator is from taking a generator's images for real: `ganLoss`, but -x with hinge. */
export function generatorGanLoss(mode: GanMode, logits: Value): Value {
  return ganLoss(mode === 'hinge' ? 'wgangp' : mode, logits, true);
}

/** The sum of scalars: the loss of a discriminator of several scales. */
export function total(losses: readonly Value[]): Value {
  return losses.reduce((sum, loss) => add(sum, loss));
}

/** Mean absolute difference, a scalar. */
export function l1Loss(a: Value, b: Value): Value {
  return mean(abs(sub(a, b)));
}

/** Below the share of elements that one pixel of the largest batch has. */
const NO_PIXEL = 1e-12;

/**
 * The cross-entropy of classes, a scalar: -ln of the probability of the class that a pixel has, a mean over the pixels that
 * have one, and 0 where none has (PyTorch's F.cross_entropy with ignore_index, which is NaN there).
 *
 * @param logits f32[N, C, H, W]
 * @param target f32[N, C, H, W]: 1 at the class of a pixel and 0 elsewhere, 0 in all channels where it is of no class
 * @param share of several processes, the part of the batch that this one has: the mean is over the pixels of all
 */
export function crossEntropy(logits: Value, target: Value, share?: BatchShare): Value {
  const known = mean(target);
  const ofAll = share === undefined ? known : allReduce(scale(known, share.share));
  return div(neg(mean(mul(target, logSoftmax(logits)))), clamp(ofAll, NO_PIXEL, 1));
}
