import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { withoutUpdates } from '../engine/ir/program.js';
import { withScope } from '../engine/ir/scope.js';
import { f32 } from '../engine/ir/tensorType.js';
import { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { detach } from '../engine/ops/shape.js';
import { extendForGan } from '../options/models/ganOptions.js';
import { type PixelSize, pixelSize, sidesOf } from '../options/pixelSize.js';
import { Adversary, type AdversaryOptions } from './adversary.js';
import type { ModelDefinition, ModelGraph, ModelOptions, OptimiserDefinition } from './definition.js';
import { type ImageSize, imageInput } from './images.js';
import { adam } from './layers/adam.js';
import { type Module, parametersOf } from './layers/module.js';
import type { Discriminator } from './networks/discriminators.js';
import {
  type ImageExtents,
  perceptronDiscriminator,
  perceptronGenerator,
} from './networks/multilayerPerceptron.js';
import { sheetOf } from './sheet.js';
import { defineStep } from './stepDefinition.js';

/** The plain GAN (Goodfellow et al. 2014) of two small perceptrons, with which tutorials begin. */
export const gan: ModelDefinition = { name: 'gan', extend: extendForGan, build: (opt) => new GanGraph(opt) };

/** One draw of noise serves a step: D is trained on the images that G makes of it, then G against the updated D. */
class GanGraph implements ModelGraph {
  readonly inputs;
  readonly networks: { readonly G: Module; readonly D: Discriminator };
  readonly testNetworks = ['G'];
  readonly generators = [];
  readonly optimisers: readonly OptimiserDefinition[];
  readonly lossNames: readonly string[];
  readonly visualNames = ['fake', 'real'];
  readonly watchedLoss = 'G';
  readonly sheet = 64;
  readonly step = defineStep({
    shared: (step, size) => ({ real: this.images(step, size), fake: this.generate(step, size.batch) }),
    parts: {
      D: (step, { real, fake }) => {
        const { total, penalty } = this.adversary.losses(step, real, detach(fake));
        this.adam(step, total, 'D');
        return { loss_D: total, ...(penalty && { loss_penalty: penalty }) };
      },
      G: (step, { fake }) => {
        const loss_G = this.adversary.generatorLoss(this.adversary.judge(step, fake));
        this.adam(step, loss_G, 'G');
        return { loss_G };
      },
    },
  });
  private readonly extents: ImageExtents;
  private readonly adversary: Adversary;

  constructor(private readonly opt: ModelOptions) {
    const { outputNc, ngf, ndf } = opt;
    const noise = opt.zDim as number;
    this.extents = { channels: outputNc, ...sidesOf(opt.cropSize as PixelSize) };
    this.inputs = [{ name: 'images', channels: outputNc }];
    this.networks = {
      G: perceptronGenerator(noise, ngf, this.extents),
      D: perceptronDiscriminator(this.extents, ndf),
    };
    const losses = opt as unknown as AdversaryOptions;
    this.adversary = new Adversary('D', this.networks.D, losses);
    this.lossNames = losses.ganMode === 'wgangp' ? ['D', 'G', 'penalty'] : ['D', 'G'];
    const betas = [opt.beta1 as number, 0.999] as const;
    const learningRateFactor = opt.lrD ? (opt.lrD as number) / (opt.lr as number) : 1;
    this.optimisers = [
      { name: 'G', networks: ['G'], betas },
      { name: 'D', networks: ['D'], betas, learningRateFactor },
    ];
  }

  /** Two sheets: images as they came, and as many from noise. */
  forward(size: ImageSize, training: boolean) {
    const trace = new Trace(training);
    const [real, fake] = [this.images(trace, size), this.generate(trace, size.batch)];
    return withoutUpdates(trace.program({ fake: sheetOf(fake), real: sheetOf(real) }));
  }

  private images(trace: Trace, size: ImageSize): Value {
    const { channels, height, width } = this.extents;
    if (size.height !== height || size.width !== width) {
      throw new Pix2PixError(
        'the images are of another size than the networks are for',
        { images: `${size.width}×${size.height}`, '--crop_size': pixelSize({ width, height }) },
        'pass their size as --crop_size',
      );
    }
    return imageInput(trace, 'images', channels, size);
  }

  private generate(trace: Trace, count: number): Value {
    const noise = trace.noise('normal', f32(count, this.opt.zDim as number));
    return withScope('G', () => this.networks.G.apply(trace, noise));
  }

  private adam(step: Trace, loss: Value, name: 'G' | 'D'): void {
    const optimiser = this.optimisers.find((definition) => definition.name === name)!;
    adam(step, loss, parametersOf(this.networks[name]), optimiser);
  }
}
