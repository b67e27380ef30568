import { withoutUpdates } from '../engine/ir/program.js';
import { withScope } from '../engine/ir/scope.js';
import { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { scale } from '../engine/ops/elementwise.js';
import { concat, detach, slice } from '../engine/ops/shape.js';
import { extendForPix2Pix } from '../options/models/pix2pixOptions.js';
import { Adversary, type AdversaryOptions, meanProbability } from './adversary.js';
import { refuseContradictions } from './contradictions.js';
import type {
  GeneratorDefinition,
  InputDefinition,
  ModelDefinition,
  ModelGraph,
  ModelOptions,
  OptimiserDefinition,
} from './definition.js';
import type { ImageSize } from './images.js';
import { LabelTargets, makesLabels } from './labelTargets.js';
import { adam } from './layers/adam.js';
import { l1Loss, total } from './layers/losses.js';
import { type Module, parametersOf } from './layers/module.js';
import { checkImageSize, defineD, defineG, sizeUnit } from './networks/define.js';
import type { Discriminator, Judgement } from './networks/discriminators.js';
import { type Pair, type PairFormat, pairFormat } from './pairFormat.js';
import { defineStep, type TrainingStep } from './stepDefinition.js';

/** pix2pix (Isola et al. 2017): a conditional GAN whose generator also minimises the L1 distance to the target. */
export const pix2pix: ModelDefinition = {
  name: 'pix2pix',
  extend: extendForPix2Pix,
  imageUnit: ({ netG }) => sizeUnit(netG),
  build: (opt) => new Pix2PixGraph(opt, pairFormat(opt)),
};

type Losses = Readonly<Record<string, Value>>;

/** The options of pix2pix's losses; a model for tests lacks those that have a default here. */
interface Pix2PixLosses extends AdversaryOptions {
  readonly lambdaL1: number;
  readonly lambdaCE: number;
  readonly lambdaGAN: number;
  readonly lambdaFeat: number;
  readonly noGan: boolean;
  readonly noL1: boolean;
  readonly noCondition: boolean;
  readonly targetFirst: boolean;
  /** With `article`, the probabilities that D gives to real and fake images are reported too. */
  readonly logLine?: 'reference' | 'article';
}

const WITHOUT_EXTRAS = {
  lambdaCE: 10,
  lambdaGAN: 1,
  lambdaFeat: 0,
  noGan: false,
  noL1: false,
  noCondition: false,
  targetFirst: false,
};

/** pix2pix over images that come in and go out as `images` says. */
export class Pix2PixGraph implements ModelGraph {
  readonly inputs: readonly InputDefinition[];
  readonly networks: { readonly G: Module; readonly D?: Discriminator };
  readonly testNetworks = ['G'];
  readonly generators: readonly GeneratorDefinition[];
  readonly optimisers: readonly OptimiserDefinition[];
  readonly lossNames: readonly string[];
  readonly visualNames: readonly string[];
  readonly compared: readonly [made: string, wanted: string] | undefined;
  readonly watchedLoss: string;
  readonly notes: readonly string[];
  readonly step: TrainingStep;
  private readonly losses: Pix2PixLosses;
  private readonly adversary: Adversary | undefined;
  /** Where what comes out is labels. */
  private readonly labels: LabelTargets | undefined;

  constructor(
    private readonly opt: ModelOptions,
    private readonly images: PairFormat,
  ) {
    refuseContradictions(opt);
    this.losses = { ...WITHOUT_EXTRAS, ...(opt as unknown as Pix2PixLosses) };
    const { noGan, noL1, noCondition, lambdaFeat, ganMode } = this.losses;
    const judged = noCondition ? opt.outputNc : opt.inputNc + opt.outputNc;
    this.networks = noGan ? { G: defineG(opt) } : { G: defineG(opt), D: defineD(opt, judged) };
    this.adversary = noGan ? undefined : new Adversary('D', this.networks.D!, this.losses);
    this.labels = makesLabels(opt) ? new LabelTargets(opt) : undefined;
    this.inputs = images.inputs;
    this.visualNames = images.visualNames;
    this.compared = opt.datasetMode === 'unaligned' ? undefined : images.compared;
    this.generators = [
      {
        network: 'G',
        ...images.generator,
        apply: (trace, x) => images.around(x, (a) => this.image(this.g(trace, a))),
      },
    ];
    this.step = this.defineStep();
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
      ...(noL1 ? [] : [this.comparison]),
      ...(noGan ? [] : ['D_real', 'D_fake']),
      ...(hasPenalty ? ['D_penalty'] : []),
      ...(this.losses.logLine === 'article' && !noGan ? ['P_real', 'P_fake'] : []),
    ];
    this.watchedLoss = noL1 ? 'G_GAN' : this.comparison;
    this.notes = hasPenalty ? notesOnPenalty(opt) : [];
  }

  /** Forward; D on (A, G(A)) and (A, B), its loss halved; then G against the updated D. */
  private defineStep(): TrainingStep {
    const D = (step: Trace, pair: Pair) => this.trainD(step, pair);
    const G = (step: Trace, pair: Pair) => this.trainG(step, pair);
    return defineStep<Pair>({
      shared: (step, size) => this.pair(step, size),
      shown: (pair) => this.images.shown(pair),
      parts: this.losses.noGan ? { G } : { D, G },
    });
  }

  forward(size: ImageSize, training: boolean) {
    const trace = new Trace(training);
    return withoutUpdates(trace.program(this.images.shown(this.pair(trace, size))));
  }

  private pair(trace: Trace, size: ImageSize): Pair {
    const { realA, realB } = this.images.pair(trace, size);
    const given = this.translate(trace, realA);
    const image = this.image(given);
    return { realA, realB, given, fakeB: this.labels?.whereLabelled(image, realB) ?? image };
  }

  private trainD(step: Trace, { realA, fakeB, realB }: Pair): Losses {
    const fake = this.augmentation(step, realA)(this.judged(realA, detach(fakeB)));
    const real = this.augmentation(step, realA)(this.judged(realA, realB));
    const losses = this.adversary!.losses(step, real, fake);
    this.adam(step, losses.total, 'D');
    const { penalty } = losses;
    return {
      loss_D_real: losses.real,
      loss_D_fake: losses.fake,
      ...(penalty && { loss_D_penalty: penalty }),
      ...(this.losses.logLine === 'article' && { loss_P_real: meanProbability(losses.judgements) }),
    };
  }

  /** After the part of D, D is the updated one. */
  private trainG(step: Trace, pair: Pair): Losses {
    const { noGan, noL1 } = this.losses;
    const { losses, measures } = noGan ? { losses: {} } : this.adversarial(step, pair);
    const all: Losses = noL1 ? losses : { ...losses, [`loss_${this.comparison}`]: this.distance(step, pair) };
    this.adam(step, total(Object.values(all)), 'G');
    return { ...all, ...measures };
  }

  /** The loss by which the output is compared with the target. */
  private get comparison(): 'G_L1' | 'G_CE' {
    return this.labels?.areLogits ? 'G_CE' : 'G_L1';
  }

  private distance(step: Trace, { given, fakeB, realB }: Pair): Value {
    const { lambdaL1, lambdaCE } = this.losses;
    return this.labels?.areLogits
      ? scale(this.labels.crossEntropy(given, realB, step.share), lambdaCE)
      : scale(l1Loss(fakeB, realB), lambdaL1);
  }

  private adversarial(step: Trace, { realA, fakeB, realB }: Pair): { losses: Losses; measures?: Losses } {
    const { lambdaFeat, lambdaGAN, logLine } = this.losses;
    const adversary = this.adversary!;
    const augment = this.augmentation(step, realA);
    const fake = adversary.judge(step, augment(this.judged(realA, fakeB)));
    const loss_G_GAN = scale(adversary.generatorLoss(fake), lambdaGAN);
    const measures: Losses = logLine === 'article' ? { loss_P_fake: meanProbability(fake) } : {};
    if (lambdaFeat === 0) return { losses: { loss_G_GAN }, measures };
    const real = adversary.judge(step, augment(this.judged(realA, realB)));
    const loss_G_feat = scale(featureMatching(fake, real), lambdaFeat);
    return { losses: { loss_G_GAN, loss_G_feat }, measures };
  }

  /** The augmentation of a pair that D sees: `--diffaug` changes the colours of the output alone. */
  private augmentation(step: Trace, { shape }: Value): (pair: Value) => Value {
    const { noCondition, targetFirst } = this.losses;
    const before = noCondition ? 0 : shape[1];
    const augment = this.adversary!.augmentation(step, shape[0], before);
    const channel = (pair: Value, start: number, end: number) => slice(pair, 1, start, end);
    const exchange = (pair: Value) =>
      concat([channel(pair, before, pair.shape[1]), channel(pair, 0, before)], 1);
    return targetFirst && !noCondition ? (pair) => exchange(augment(pair)) : augment;
  }

  /** The part of a pair that D sees. */
  private judged(a: Value, b: Value): Value {
    return this.losses.noCondition ? b : concat([a, b], 1);
  }

  private adam(step: Trace, loss: Value, name: 'G' | 'D'): void {
    const optimiser = this.optimisers.find((definition) => definition.name === name)!;
    adam(step, loss, parametersOf(this.networks[name]!), optimiser);
  }

  private translate(trace: Trace, realA: Value): Value {
    const [, , height, width] = realA.shape;
    checkImageSize(this.opt.netG, height, width);
    return this.g(trace, realA);
  }

  /** What the networks see of what the generator gives. */
  private image(given: Value): Value {
    return this.labels?.image(given) ?? given;
  }

  private g(trace: Trace, a: Value): Value {
    return withScope('G', () => this.networks.G.apply(trace, a));
  }
}

function notesOnPenalty({ norm }: ModelOptions): string[] {
  if (norm !== 'batch') return [];
  return [
    '--norm batch mixes the images of a batch, and the penalty of --gan_mode wgangp is about single ones',
  ];
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
