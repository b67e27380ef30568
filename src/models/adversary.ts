import { withScope } from '../engine/ir/scope.js';
import { f32 } from '../engine/ir/tensorType.js';
import type { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { add, scale, sigmoid } from '../engine/ops/elementwise.js';
import { mean } from '../engine/ops/reduce.js';
import { parseDiffaug } from '../options/diffaug.js';
import { drawDiffAugment } from './layers/diffAugment.js';
import { gradientPenalty } from './layers/gradientPenalty.js';
import { type GanMode, ganLoss, generatorGanLoss, total } from './layers/losses.js';
import type { Discriminator, Judgement } from './networks/discriminators.js';

/** How a discriminator is trained; models for tests lack the options that have a default here. */
export interface AdversaryOptions {
  readonly ganMode: GanMode;
  /** Weight of the gradient penalty with wgangp. Default: 10. */
  readonly lambdaGp?: number;
  /** Augmentations of all images that it is shown, as `--diffaug` names them. Default: none. */
  readonly diffaug?: string;
  /** Whether its loss is the sum of those on real and fake, not their mean. Default: no. */
  readonly wholeD?: boolean;
}

/** The losses of a discriminator; scalars. */
export interface AdversaryLosses {
  readonly real: Value;
  readonly fake: Value;
  /** With wgangp. */
  readonly penalty?: Value;
  /** The loss that it is trained by. */
  readonly total: Value;
  /** Its output for the real images, at each scale. */
  readonly judgements: readonly Judgement[];
}

/** A discriminator as the opponent of a generator. */
export class Adversary {
  constructor(
    private readonly name: string,
    readonly network: Discriminator,
    private readonly opt: AdversaryOptions,
  ) {}

  /**
   * The augmentation by `--diffaug` of one batch that it sees: all channels are moved, the colours change of those from
   * `first` on.
   */
  augmentation(step: Trace, batch: number, first = 0): (images: Value) => Value {
    const augment = drawDiffAugment(step, parseDiffaug(this.opt.diffaug ?? ''), batch);
    return (images) => augment(images, first);
  }

  judge(step: Trace, x: Value): readonly Judgement[] {
    return withScope(this.name, () => this.network.judge(step, x));
  }

  /**
   * How badly it tells real from fake. The losses of a critic are not halved, so that the penalty weighs as in its
   * paper.
   *
   * @param fake without a gradient to the generator
   * @param first which it sees first: its running statistics show the order
   */
  losses(step: Trace, real: Value, fake: Value, first: 'fake' | 'real' = 'fake'): AdversaryLosses {
    const { ganMode, lambdaGp = 10, wholeD = false } = this.opt;
    const against = (judgements: readonly Judgement[], isReal: boolean) =>
      total(judgements.map(({ logits }) => ganLoss(ganMode, logits, isReal)));
    const realFirst = first === 'real' ? this.judge(step, real) : undefined;
    const fakeLoss = against(this.judge(step, fake), false);
    const judgements = realFirst ?? this.judge(step, real);
    const losses = { fake: fakeLoss, real: against(judgements, true), judgements };
    const sum = add(losses.fake, losses.real);
    if (ganMode !== 'wgangp') return { ...losses, total: wholeD ? sum : scale(sum, 0.5) };
    const alpha = step.noise('uniform', f32(real.shape[0], 1, 1, 1));
    // The penalty differentiates a sum over images: those that are there only to take part have no place in it.
    const counted = (x: Value) => (step.share?.share === 0 ? scale(x, 0) : x);
    const logits = (x: Value) => this.judge(step, x).map((judgement) => counted(judgement.logits));
    const penalty = scale(gradientPenalty(logits, real, fake, alpha), lambdaGp);
    return { ...losses, penalty, total: add(sum, penalty) };
  }

  /** The adversarial loss of a generator that is judged so. */
  generatorLoss(judgements: readonly Judgement[]): Value {
    return total(judgements.map(({ logits }) => generatorGanLoss(this.opt.ganMode, logits)));
  }
}

/** The probability, on average, that the first scale of a discriminator gives to its images being real. */
export function meanProbability([{ logits }]: readonly Judgement[]): Value {
  return mean(sigmoid(logits));
}
