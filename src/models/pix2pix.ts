import { withoutUpdates } from '../ir/program.js';
import { withScope } from '../ir/scope.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { checkImageSize, defineD, defineG } from '../networks/define.js';
import { adam } from '../nn/adam.js';
import { type GanMode, ganLoss, l1Loss } from '../nn/losses.js';
import { type Module, parametersOf } from '../nn/module.js';
import { add, scale } from '../ops/elementwise.js';
import { concat, detach } from '../ops/shape.js';
import { extendForPix2Pix } from '../options/extension.js';
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

class Pix2PixGraph implements ModelGraph {
  readonly networks: { readonly G: Module; readonly D: Module };
  readonly testNetworks = ['G'];
  readonly optimisers: readonly OptimiserDefinition[];
  readonly lossNames = ['G_GAN', 'G_L1', 'D_real', 'D_fake'];
  readonly visualNames = ['real_A', 'fake_B', 'real_B'];

  constructor(private readonly opt: ModelOptions) {
    this.networks = { G: defineG(opt), D: defineD(opt, opt.inputNc + opt.outputNc) };
    const betas = [opt.beta1 as number, 0.999] as const;
    this.optimisers = ['G', 'D'].map((name) => ({ name, networks: [name], betas }));
  }

  /** Forward; D on (A, G(A)) and (A, B), its loss halved; then G against the updated D. */
  trainStep(size: ImageSize) {
    const { G, D } = this.networks;
    const mode = this.opt.ganMode as GanMode;
    const [optimiserG, optimiserD] = this.optimisers;
    const step = new Trace(true);
    const { realA, fakeB } = this.translate(step, size);
    const realB = imageInput(step, 'real_B', this.opt.outputNc, size);
    const judge = (b: Value) => withScope('D', () => D.apply(step, concat([realA, b], 1)));

    const lossFake = ganLoss(mode, judge(detach(fakeB)), false);
    const lossReal = ganLoss(mode, judge(realB), true);
    adam(step, scale(add(lossFake, lossReal), 0.5), parametersOf(D), optimiserD);

    const lossGAN = ganLoss(mode, judge(fakeB), true); // by the updated D
    const lossL1 = scale(l1Loss(fakeB, realB), this.opt.lambdaL1 as number);
    adam(step, add(lossGAN, lossL1), parametersOf(G), optimiserG);

    return step.program({
      fake_B: fakeB,
      loss_G_GAN: lossGAN,
      loss_G_L1: lossL1,
      loss_D_real: lossReal,
      loss_D_fake: lossFake,
    });
  }

  forward(size: ImageSize, training: boolean) {
    const trace = new Trace(training);
    return withoutUpdates(trace.program({ fake_B: this.translate(trace, size).fakeB }));
  }

  private translate(trace: Trace, size: ImageSize) {
    checkImageSize(this.opt.netG, size.height, size.width);
    const realA = imageInput(trace, 'real_A', this.opt.inputNc, size);
    return { realA, fakeB: withScope('G', () => this.networks.G.apply(trace, realA)) };
  }
}
