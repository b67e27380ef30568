import type { BatchShare } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { reduceSum } from '../engine/ops/broadcast.js';
import { add, exp, mul, scale, shift } from '../engine/ops/elementwise.js';
import { logSoftmax } from '../engine/ops/logSoftmax.js';
import type { ModelOptions } from './definition.js';
import { crossEntropy } from './layers/losses.js';

/** Whether what comes out is labels. */
export function makesLabels({ labelNc, labelSide }: ModelOptions): boolean {
  return Number(labelNc ?? 0) > 0 && (labelSide === 'output' || labelSide === 'both');
}

/** How a model computes with labels that it makes: each class is a channel, white where it is and black elsewhere. */
export class LabelTargets {
  /** Whether pixels may be of no class: they are black in all channels. */
  private readonly ignores: boolean;
  /** Whether the generator gives logits, which are trained by their cross-entropy. */
  readonly areLogits: boolean;
  private readonly black: number;
  private readonly span: number;

  constructor({ ignoreLabel, labelLoss, pixelRange }: ModelOptions) {
    this.ignores = Number(ignoreLabel ?? -1) >= 0;
    this.areLogits = labelLoss === 'cross_entropy';
    this.black = pixelRange === 'unit' ? 0 : -1;
    this.span = 1 - this.black;
  }

  /** An image of what the generator gives: it, or the probabilities of its logits. */
  image(given: Value): Value {
    return this.areLogits ? shift(scale(exp(logSoftmax(given)), this.span), this.black) : given;
  }

  /**
   * Labels that were made, and where the target is of no class the target itself: neither L1 nor the discriminator then
   * has anything to say there.
   */
  whereLabelled(made: Value, target: Value): Value {
    if (!this.ignores) return made;
    const known = reduceSum(this.classes(target), [1]); // f32[N, 1, H, W]: 1, or 0 where there is no class
    return add(mul(made, known), scale(shift(known, -1), -this.black));
  }

  /** The cross-entropy of logits where the target has a class. */
  crossEntropy(logits: Value, target: Value, share?: BatchShare): Value {
    return crossEntropy(logits, this.classes(target), share);
  }

  /** 1 for the class that a pixel has, 0 for the others. */
  private classes(target: Value): Value {
    return scale(shift(target, -this.black), 1 / this.span);
  }
}
