import { Model } from './model.js';

/** The model of `--model pix2pix`: networks G and D, losses G_GAN, G_L1, D_real and D_fake. */
export class Pix2PixModel extends Model {}
