import { Model } from './model.js';

/** The losses of pix2pix: adversarial and λ·L1 of the generator; the discriminator on real pairs and on fakes. */
export type Pix2PixLoss = 'G_GAN' | 'G_L1' | 'D_real' | 'D_fake';

/** The images of pix2pix: what is translated, the translation, and what it should be. */
export type Pix2PixVisual = 'real_A' | 'fake_B' | 'real_B';

/** The model of `--model pix2pix` (Isola et al. 2017; the reference's Pix2PixModel), with networks G and D. */
export class Pix2PixModel extends Model<Pix2PixLoss, Pix2PixVisual> {}
