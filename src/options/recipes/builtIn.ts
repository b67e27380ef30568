import type { Recipes } from './recipe.js';

/** The recipes that this package brings, by their names for `--recipe`. */
export const BUILT_IN_RECIPES: Recipes = {
  paper: {
    about: "the paper's pix2pix, which is also what happens without a recipe",
    source: 'Isola et al. 2017, section 3 and appendix 6; models/pix2pix_model.py of the reference',
    fixed: {
      ...{ model: 'pix2pix', netG: 'unet_256', netD: 'basic', norm: 'batch', no_dropout: false },
      ...{ gan_mode: 'vanilla', lambda_L1: 100, pool_size: 0 },
    },
    defaults: {
      ...{ dataset_mode: 'aligned', load_size: 286, crop_size: 256, batch_size: 1 },
      ...{ lr: 0.0002, beta1: 0.5, n_epochs: 100, n_epochs_decay: 100 },
      ...{ ngf: 64, ndf: 64, init_type: 'normal', init_gain: 0.02 },
    },
  },
  article: {
    about: "pix2pix as in Neptune's article: probabilities, sums of losses, images from 0 to 1",
    source: 'N. Barla, "Pix2pix: Key Model Architecture Decisions", neptune.ai/blog',
    fixed: {
      ...{ model: 'pix2pix', netG: 'unet_256', netD: 'basic', norm: 'batch', no_dropout: false },
      ...{ gan_mode: 'vanilla', target_first: true, whole_D: true, pixel_range: 'unit', pool_size: 0 },
    },
    defaults: {
      ...{ dataset_mode: 'aligned', direction: 'BtoA', load_size: 256, crop_size: 256, no_flip: true },
      ...{ batch_size: 4, n_epochs: 30, n_epochs_decay: 0, lr: 0.0002, beta1: 0.5, lambda_L1: 100 },
      ...{ init_type: 'pytorch', log_line: 'article', print_freq: 20 },
    },
  },
  affinelayer: {
    about:
      "the TensorFlow port's pix2pix; --separable_conv and --lambda_GAN are its --separable_conv, --gan_weight",
    source: 'C. Hesse, pix2pix.py of affinelayer/pix2pix-tensorflow',
    fixed: {
      ...{ model: 'pix2pix', netG: 'tf_unet_256', netD: 'basic', norm: 'batch', no_dropout: false },
      ...{ gan_mode: 'log', whole_D: true, pool_size: 0 },
    },
    defaults: {
      ...{ dataset_mode: 'aligned', load_size: 286, crop_size: 256, batch_size: 1 },
      ...{ lambda_GAN: 1, lambda_L1: 100, lr: 0.0002, beta1: 0.5, n_epochs: 200, n_epochs_decay: 0 },
      ...{ ngf: 64, ndf: 64, init_type: 'normal', init_gain: 0.02 },
    },
  },
  cyclegan: {
    about: 'CycleGAN, for images without pairs',
    source: 'Zhu et al. 2017, sections 3 to 5 and appendix 7; models/cycle_gan_model.py of the reference',
    fixed: { model: 'cycle_gan', norm: 'instance', no_dropout: true, gan_mode: 'lsgan' },
    defaults: {
      ...{ dataset_mode: 'unaligned', netG: 'resnet_9blocks', netD: 'basic', pool_size: 50 },
      ...{ lambda_A: 10, lambda_B: 10, lambda_identity: 0.5, load_size: 286, crop_size: 256, batch_size: 1 },
      ...{ lr: 0.0002, beta1: 0.5, n_epochs: 100, n_epochs_decay: 100 },
    },
  },
  pix2pixhd: {
    about:
      'pix2pixHD, for images of 512 and 1024 pixels: coarse to fine, several discriminators, feature matching; without its VGG loss',
    source: 'Wang et al. 2018, sections 3.1 and 3.2; options/ and models/networks.py of NVIDIA/pix2pixHD',
    fixed: {
      ...{
        model: 'pix2pix',
        norm: 'instance',
        gan_mode: 'lsgan',
        no_l1: true,
        no_dropout: true,
        pool_size: 0,
      },
    },
    defaults: {
      ...{ dataset_mode: 'aligned', netG: 'global', netD: 'basic', num_D: 2, lambda_feat: 10 },
      ...{ ngf: 64, ndf: 64, load_size: 512, crop_size: 512, batch_size: 1 },
      ...{ lr: 0.0002, beta1: 0.5, n_epochs: 100, n_epochs_decay: 100 },
    },
  },
  mnist: {
    about: 'the plain GAN of two small perceptrons, on digits',
    source: 'Goodfellow et al. 2014; A. Persson, fc_gan.py of Machine-Learning-Collection',
    fixed: { model: 'gan', dataset_mode: 'mnist', gan_mode: 'vanilla' },
    defaults: {
      ...{ z_dim: 64, ngf: 256, ndf: 128, batch_size: 32, lr: 0.0003, beta1: 0.9 },
      ...{ n_epochs: 50, n_epochs_decay: 0 },
    },
  },
  colorization: {
    about: 'colours for the lightness of photographs, by pix2pix in L*a*b*',
    source: 'models/colorization_model.py of the reference; Zhang et al. 2016 on the colour space',
    fixed: { model: 'colorization', dataset_mode: 'colorization', input_nc: 1, output_nc: 2 },
    defaults: { netG: 'unet_256', norm: 'batch', gan_mode: 'vanilla', lambda_L1: 100 },
  },
};
