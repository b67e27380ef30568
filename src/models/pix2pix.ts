import { withoutUpdates } from '../ir/program.js';
import { withScope } from '../ir/scope.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { checkImageSize, defineD, defineG } from '../networks/define.js';
import type { Discriminator, Judgement } from '../networks/discriminators.js';
import { adam } from '../nn/adam.js';
import { drawDiffAugment } from '../nn/diffAugment.js';
import { gradientPenalty } from '../nn/gradientPenalty.js';
import { type GanMode, ganLoss, generatorGanLoss, l1Loss, total } from '../nn/losses.js';
import { type Module, parametersOf } from '../nn/module.js';
import { add, scale } from '../ops/elementwise.js';
import { concat, detach } from '../ops/shape.js';
import { parseDiffaug } from '../options/diffaug.js';
import { extendForPix2Pix } from '../options/extension.js';
import { refuseContradictions } from './contradictions.js';
import type {
  ImageSize,
  ModelDefinition,
  ModelGraph,
  ModelOptions,
  OptimiserDefinition,
} from './definition.js';
import { imageInput } from './images.js';

/** pix2pix (Isola et al. 2017): a conditional GAN whose generator also minimises the L1 distance to the target. */
export const pix2pix: ModelDefinition = {
  name: 'pix2pix',
  extend: extendForPix2Pix,
  build: (opt) => new Pix2PixGraph(opt),
};

/** The images that the losses are about. */
interface Images {
  readonly realA: Value;
  readonly fakeB: Value;
  readonly realB: Value;
}

type Losses = Readonly<Record<string, Value>>;

/** What pix2pix reads of its options; tests know none of those that have a default here. */
interface Pix2PixLosses {
  readonly ganMode: GanMode;
  readonly lambdaL1: number;
  readonly lambdaFeat: number;
  readonly lambdaGp: number;
  readonly noGan: boolean;
  readonly noL1: boolean;
  readonly noCondition: boolean;
  readonly diffaug: string;
}

const WITHOUT_EXTRAS = {
  lambdaFeat: 0,
  lambdaGp: 10,
  noGan: false,
  noL1: false,
  noCondition: false,
  diffaug: '',
};

class Pix2PixGraph implements ModelGraph {
  readonly networks: { readonly G: Module; readonly D?: Discriminator };
  readonly testNetworks = ['G'];
  readonly optimisers: readonly OptimiserDefinition[];
  readonly lossNames: readonly string[];
  readonly visualNames = ['real_A', 'fake_B', 'real_B'];
  readonly notes: readonly string[];
  readonly parts: readonly string[];
  private readonly losses: Pix2PixLosses;

  constructor(private readonly opt: ModelOptions) {
    refuseContradictions(opt);
    this.losses = { ...WITHOUT_EXTRAS, ...(opt as unknown as Pix2PixLosses) };
    const { noGan, noL1, noCondition, lambdaFeat, ganMode } = this.losses;
    const judged = noCondition ? opt.outputNc : opt.inputNc + opt.outputNc;
    this.networks = noGan ? { G: defineG(opt) } : { G: defineG(opt), D: defineD(opt, judged) };
    this.parts = noGan ? ['G'] : ['D', 'G'];
    const betas = [opt.beta1 as number, 0.999] as const;
    const learningRateFactor = opt.lrD ? (opt.lrD as number) / (opt.lr as number) : 1;
    this.optimisers = noGan
      ? [{ name: 'G', networks: ['G'], betas }]
      : [
          { name: 'G', networks: ['G'], betas },
          { name: 'D', networks: ['D'], betas, learningRateFactor },
        ];
    const hasPenalty = ganMode === 'wgangp';
    this.lossNames = [
      ...(noGan ? [] : ['G_GAN']),
      ...(lambdaFeat > 0 ? ['G_feat'] : []),
      ...(noL1 ? [] : ['G_L1']),
      ...(noGan ? [] : ['D_real', 'D_fake']),
      ...(hasPenalty ? ['D_penalty'] : []),
    ];
    this.notes =
      hasPenalty && opt.norm === 'batch'
        ? [
            '--norm batch mixes the images of a batch, and the penalty of --gan_mode wgangp is about single ones',
          ]
        : [];
  }

  /** Forward; D on (A, G(A)) and (A, B), its loss halved; then G against the updated D. */
  trainStep(size: ImageSize, parts: readonly string[] = this.parts) {
    const step = new Trace(true);
    const { realA, fakeB } = this.translate(step, size);
    const images = { realA, fakeB, realB: imageInput(step, 'real_B', this.opt.outputNc, size) };
    const losses = {
      ...(parts.includes('D') ? this.trainD(step, images) : {}),
      ...(parts.includes('G') ? this.trainG(step, images) : {}),
    };
    return step.program({ fake_B: fakeB, ...losses });
  }

  forward(size: ImageSize, training: boolean) {
    const trace = new Trace(training);
    return withoutUpdates(trace.program({ fake_B: this.translate(trace, size).fakeB }));
  }

  private trainD(step: Trace, { realA, fakeB, realB }: Images): Losses {
    const { ganMode, lambdaGp } = this.losses;
    const fake = this.augmentation(step, realA)(this.judged(realA, detach(fakeB)));
    const real = this.augmentation(step, realA)(this.judged(realA, realB));
    const against = (x: Value, isReal: boolean) =>
      total(this.judge(step, x).map(({ logits }) => ganLoss(ganMode, logits, isReal)));
    const lossFake = against(fake, false);
    const lossReal = against(real, true);
    const losses = { loss_D_real: lossReal, loss_D_fake: lossFake };
    if (ganMode !== 'wgangp') {
      this.adam(step, scale(add(lossFake, lossReal), 0.5), 'D');
      return losses;
    }
    const alpha = step.noise('uniform', f32(real.shape[0], 1, 1, 1));
    const logits = (x: Value) => this.judge(step, x).map((judgement) => judgement.logits);
    const penalty = scale(gradientPenalty(logits, real, fake, alpha), lambdaGp);
    this.adam(step, add(add(lossFake, lossReal), penalty), 'D');
    return { ...losses, loss_D_penalty: penalty };
  }

  /** In a whole step, D is the updated one. */
  private trainG(step: Trace, { realA, fakeB, realB }: Images): Losses {
    const { noGan, noL1, lambdaL1 } = this.losses;
    const losses: Record<string, Value> = noGan ? {} : this.adversarial(step, { realA, fakeB, realB });
    if (!noL1) losses.loss_G_L1 = scale(l1Loss(fakeB, realB), lambdaL1);
    this.adam(step, total(Object.values(losses)), 'G');
    return losses;
  }

  private adversarial(step: Trace, { realA, fakeB, realB }: Images): Record<string, Value> {
    const { ganMode, lambdaFeat } = this.losses;
    const augment = this.augmentation(step, realA);
    const fake = this.judge(step, augment(this.judged(realA, fakeB)));
    const loss_G_GAN = total(fake.map(({ logits }) => generatorGanLoss(ganMode, logits)));
    if (lambdaFeat === 0) return { loss_G_GAN };
    const real = this.judge(step, augment(this.judged(realA, realB)));
    return { loss_G_GAN, loss_G_feat: scale(featureMatching(fake, real), lambdaFeat) };
  }

  /** What `--diffaug` does to one batch that D sees: to the place of both images, to the colours of the second alone. */
  private augmentation(step: Trace, { shape }: Value): (pair: Value) => Value {
    const augment = drawDiffAugment(step, parseDiffaug(this.losses.diffaug), shape[0]);
    const first = this.losses.noCondition ? 0 : shape[1];
    return (pair) => augment(pair, first);
  }

  /** What D sees of a pair. */
  private judged(a: Value, b: Value): Value {
    return this.losses.noCondition ? b : concat([a, b], 1);
  }

  private judge(step: Trace, x: Value): readonly Judgement[] {
    return withScope('D', () => this.networks.D!.judge(step, x));
  }

  private adam(step: Trace, loss: Value, name: 'G' | 'D'): void {
    const optimiser = this.optimisers.find((definition) => definition.name === name)!;
    adam(step, loss, parametersOf(this.networks[name]!), optimiser);
  }

  private translate(trace: Trace, size: ImageSize) {
    checkImageSize(this.opt.netG, size.height, size.width);
    const realA = imageInput(trace, 'real_A', this.opt.inputNc, size);
    return { realA, fakeB: withScope('G', () => this.networks.G.apply(trace, realA)) };
  }
}

/**
 * How far D's layers find the fake from the real (Wang et al. 2018, equation 4, weighted as pix2pixHD does: 4 by the
 * number of layers, averaged over the scales).
 */
function featureMatching(fake: readonly Judgement[], real: readonly Judgement[]): Value {
  const distances = fake.flatMap(({ features }, scaleIndex) =>
    features.map((feature, i) => {
      const weight = 4 / features.length / fake.length;
      return scale(l1Loss(feature, detach(real[scaleIndex].features[i])), weight);
    }),
  );
  return total(distances);
}
