import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { withoutUpdates } from '../engine/ir/program.js';
import { withScope } from '../engine/ir/scope.js';
import { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { scalar } from '../engine/ops/constant.js';
import { add, scale } from '../engine/ops/elementwise.js';
import { extendForCycleGan } from '../options/models/cycleGanOptions.js';
import { Adversary, type AdversaryOptions } from './adversary.js';
import type {
  GeneratorDefinition,
  InputDefinition,
  ModelDefinition,
  ModelGraph,
  ModelOptions,
  OptimiserDefinition,
} from './definition.js';
import { type ImageSize, imageInput } from './images.js';
import { adam } from './layers/adam.js';
import { l1Loss, total } from './layers/losses.js';
import { type Module, parametersOf } from './layers/module.js';
import { checkImageSize, type DefinedDiscriminator, defineD, defineG, sizeUnit } from './networks/define.js';
import { defineStep } from './stepDefinition.js';

/** CycleGAN (Zhu et al. 2017): two generators, A → B and B → A, that must undo each other; no pairs are needed. */
export const cycleGan: ModelDefinition = {
  name: 'cycle_gan',
  extend: extendForCycleGan,
  imageUnit: ({ netG }) => sizeUnit(netG),
  build: (opt) => new CycleGanGraph(opt),
};

interface CycleGanLosses extends AdversaryOptions {
  readonly lambdaA: number;
  readonly lambdaB: number;
  readonly lambdaIdentity: number;
}

const NETWORKS_G = ['G_A', 'G_B'] as const;
const NETWORKS_D = ['D_A', 'D_B'] as const;

/** One direction of translation, by its generator: G_A makes B, which D_A judges; G_B makes A, which D_B judges. */
type Side = 'A' | 'B';

/** As in the reference's models/cycle_gan_model.py: the generators' step first, then the discriminators'. */
class CycleGanGraph implements ModelGraph {
  readonly inputs: readonly InputDefinition[];
  readonly networks: Readonly<Record<`G_${Side}`, Module> & Record<`D_${Side}`, DefinedDiscriminator>>;
  readonly testNetworks = NETWORKS_G;
  readonly generators: readonly GeneratorDefinition[];
  readonly optimisers: readonly OptimiserDefinition[];
  readonly lossNames: readonly string[];
  readonly visualNames: readonly string[];
  readonly visualsOfOther: readonly string[];
  readonly compared?: readonly [made: string, wanted: string];
  readonly watchedLoss = 'cycle_A';
  readonly step = defineStep<Images>({
    shared: (step, size) => this.images(step, size),
    parts: { G: (step, real) => this.trainG(step, real), D: (step, real) => this.trainD(step, real) },
    pooled: { pooled_A: 'fake_A', pooled_B: 'fake_B' },
  });
  private readonly losses: CycleGanLosses;
  private readonly adversaries: Readonly<Record<Side, Adversary>>;

  constructor(private readonly opt: ModelOptions) {
    const { inputNc, outputNc, isTrain } = opt;
    this.losses = opt as unknown as CycleGanLosses;
    if (isTrain) requireSameChannels(opt, this.losses);
    const G = (from: number, to: number) => defineG({ ...opt, inputNc: from, outputNc: to });
    this.networks = {
      G_A: G(inputNc, outputNc),
      G_B: G(outputNc, inputNc),
      D_A: defineD(opt, outputNc),
      D_B: defineD(opt, inputNc),
    };
    this.adversaries = {
      A: new Adversary('D_A', this.networks.D_A, this.losses),
      B: new Adversary('D_B', this.networks.D_B, this.losses),
    };
    this.inputs = [
      { name: 'real_A', channels: inputNc },
      { name: 'real_B', channels: outputNc },
    ];
    this.generators = [
      { network: 'G_A', inputNc, outputNc, apply: (trace, x) => this.generate(trace, 'A', x) },
      {
        network: 'G_B',
        inputNc: outputNc,
        outputNc: inputNc,
        apply: (trace, x) => this.generate(trace, 'B', x),
      },
    ];
    const betas = [opt.beta1 as number, 0.999] as const;
    const learningRateFactor = opt.lrD ? (opt.lrD as number) / (opt.lr as number) : 1;
    this.optimisers = [
      { name: 'G', networks: NETWORKS_G, betas },
      { name: 'D', networks: NETWORKS_D, betas, learningRateFactor },
    ];
    const hasIdentity = isTrain === true && this.losses.lambdaIdentity > 0;
    const hasPenalty = this.losses.ganMode === 'wgangp';
    this.lossNames = (['A', 'B'] as const).flatMap((side) => [
      `D_${side}`,
      `G_${side}`,
      `cycle_${side}`,
      `idt_${side}`,
      ...(hasPenalty ? [`penalty_${side}`] : []),
    ]);
    // idt_B, what G_B makes of an image of A, is shown beside that image
    const shown = (side: Side, other: Side) => [
      ...[`real_${side}`, `fake_${other}`, `rec_${side}`],
      ...(hasIdentity ? [`idt_${other}`] : []),
    ];
    this.visualsOfOther = shown('B', 'A');
    this.visualNames = [...shown('A', 'B'), ...this.visualsOfOther];
    if (opt.datasetMode !== 'unaligned') this.compared = ['fake_B', 'real_B'];
  }

  forward(size: ImageSize, training: boolean) {
    const trace = new Trace(training);
    return withoutUpdates(trace.program(this.cycles(trace, this.images(trace, size))));
  }

  /** Both generators by one optimiser, against discriminators that stay as they are. */
  private trainG(step: Trace, real: Images): Record<string, Value> {
    const { lambdaA, lambdaB, lambdaIdentity } = this.losses;
    const lambda = { A: lambdaA, B: lambdaB };
    const images = this.cycles(step, real);
    const losses: Record<string, Value> = {};
    for (const side of ['A', 'B'] as const) {
      const fake = side === 'A' ? images.fake_B : images.fake_A;
      const adversary = this.adversaries[side];
      const seen = adversary.augmentation(step, fake.shape[0])(fake);
      losses[`loss_G_${side}`] = adversary.generatorLoss(adversary.judge(step, seen));
      losses[`loss_cycle_${side}`] = scale(l1Loss(images[`rec_${side}`], real[side]), lambda[side]);
    }
    if (lambdaIdentity === 0) {
      this.adam(step, total(Object.values(losses)), 'G');
      return { ...images, ...losses, loss_idt_A: scalar(0), loss_idt_B: scalar(0) };
    }
    const kept = { A: this.generate(step, 'A', real.B), B: this.generate(step, 'B', real.A) };
    losses.loss_idt_A = scale(l1Loss(kept.A, real.B), lambdaB * lambdaIdentity);
    losses.loss_idt_B = scale(l1Loss(kept.B, real.A), lambdaA * lambdaIdentity);
    this.adam(step, total(Object.values(losses)), 'G');
    return { ...images, idt_A: kept.A, idt_B: kept.B, ...losses };
  }

  /** Both discriminators by one optimiser, on fakes from the pools. */
  private trainD(step: Trace, real: Images): Record<string, Value> {
    const pooled = {
      A: step.input('pooled_B', real.B.type),
      B: step.input('pooled_A', real.A.type),
    };
    const judged = { A: real.B, B: real.A };
    const losses: Record<string, Value> = {};
    const totals = (['A', 'B'] as const).map((side) => {
      const adversary = this.adversaries[side];
      const [seen, fake] = [judged[side], pooled[side]].map((images) =>
        adversary.augmentation(step, images.shape[0])(images),
      );
      const { total, penalty } = adversary.losses(step, seen, fake, 'real'); // as the reference
      losses[`loss_D_${side}`] = total;
      if (penalty !== undefined) losses[`loss_penalty_${side}`] = penalty;
      return total;
    });
    this.adam(step, add(totals[0], totals[1]), 'D');
    return losses;
  }

  private cycles(trace: Trace, real: Images) {
    const fakeB = this.generate(trace, 'A', real.A);
    const recA = this.generate(trace, 'B', fakeB);
    const fakeA = this.generate(trace, 'B', real.B);
    const recB = this.generate(trace, 'A', fakeA);
    return { fake_B: fakeB, rec_A: recA, fake_A: fakeA, rec_B: recB };
  }

  private generate(trace: Trace, side: Side, x: Value): Value {
    return withScope(`G_${side}`, () => this.networks[`G_${side}`].apply(trace, x));
  }

  private images(trace: Trace, size: ImageSize): Images {
    checkImageSize(this.opt.netG, size.height, size.width);
    const [A, B] = this.inputs.map(({ name, channels }) => imageInput(trace, name, channels, size));
    return { A, B };
  }

  private adam(step: Trace, loss: Value, name: 'G' | 'D'): void {
    const optimiser = this.optimisers.find((definition) => definition.name === name)!;
    const networks = name === 'G' ? NETWORKS_G : NETWORKS_D;
    adam(
      step,
      loss,
      networks.flatMap((network) => parametersOf(this.networks[network])),
      optimiser,
    );
  }
}

type Images = Readonly<Record<Side, Value>>;

/** With an identity loss, a generator takes images of the side that it makes: both need as many channels. */
function requireSameChannels({ inputNc, outputNc }: ModelOptions, { lambdaIdentity }: CycleGanLosses): void {
  if (lambdaIdentity === 0 || inputNc === outputNc) return;
  throw new Pix2PixError(
    `--lambda_identity ${lambdaIdentity} needs images of A and B with as many channels`,
    { '--input_nc': inputNc, '--output_nc': outputNc },
    'pass --lambda_identity 0',
  );
}
