import type { OptionExtension } from '../extension.js';
import type { OptionTable } from '../spec.js';

const GAN_OPTIONS = {
  z_dim: {
    kind: 'int',
    default: 64,
    min: 1,
    stored: 'generator',
    group: 'Networks',
    help: 'numbers of noise from which an image is made',
  },
} as const satisfies OptionTable;

/** The plain GAN that tutorials begin with (Goodfellow et al. 2014), as Aladdin Persson's fc_gan.py has it. */
export function extendForGan(isTrain: boolean): OptionExtension {
  const networks = { ngf: 256, ndf: 128, input_nc: 1, output_nc: 1, dataset_mode: 'mnist' };
  const datasetModes = ['mnist', 'single', 'aligned', 'unaligned'];
  if (!isTrain) return { options: GAN_OPTIONS, defaults: { ...networks, num_test: 256 }, datasetModes };
  const steps = { batch_size: 32, lr: 0.0003, beta1: 0.9, n_epochs: 50, n_epochs_decay: 0 };
  const records = { print_freq: 10_000, display_freq: 60_000, update_html_freq: 60_000 };
  return {
    options: GAN_OPTIONS,
    datasetModes,
    defaults: {
      ...networks,
      ...steps,
      ...records,
      gan_mode: 'vanilla',
      pool_size: 0,
      save_latest_freq: 300_000,
    },
  };
}
