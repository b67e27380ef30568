import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeDataset } from './tinyRun.js';

/** Flags of any training that shares the machine with others. */
export const ONE_THREAD = ['--num_threads', '0', '--intra_threads', '1'];

const SMALL = ['--ngf', '2', '--ndf', '2'];
const TINY_IMAGES = ['--load_size', '36', '--crop_size', '32'];

/** Command lines by the names of runs. */
type Lines = Readonly<Record<string, readonly string[]>>;

/**
 * Command lines that train every recipe, and other ways through the same models, on small data that is made in `folder`.
 * @returns those of recipes, without `--recipe`; all with their names; and where the data are
 */
export async function recipeLines(folder: string) {
  const paired = await makeDataset(join(folder, 'paired'), { train: 3, test: 1 });
  const unpaired = await makeUnpaired(join(folder, 'unpaired'), join(paired, 'train'));
  const digits = makeDigits(join(folder, 'digits'));
  // Four of them are for images of 256 × 256.
  const recipes: Lines = {
    paper: ['--dataroot', paired, ...SMALL],
    article: ['--dataroot', paired, ...SMALL, '--batch_size', '2'],
    affinelayer: ['--dataroot', paired, ...SMALL, '--lambda_GAN', '2'],
    cyclegan: [
      ...['--dataroot', unpaired, ...SMALL, ...TINY_IMAGES],
      ...['--netG', 'resnet_6blocks', '--pool_size', '2'],
    ],
    // Its second discriminator sees half of the size.
    pix2pixhd: ['--dataroot', paired, ...SMALL, '--load_size', '68', '--crop_size', '64'],
    mnist: ['--dataroot', digits],
    colorization: ['--dataroot', paired, ...SMALL, ...TINY_IMAGES, '--netG', 'unet_32'],
  };
  const variants: Lines = {
    cyclegan_accumulated: [...recipes.cyclegan, '--recipe', 'cyclegan', '--accumulate', '2', '--ema', '0.9'],
    cyclegan_parts: [
      ...['--dataroot', unpaired, ...SMALL, ...TINY_IMAGES, '--model', 'cycle_gan', '--netG', 'unet_32'],
      ...['--gan_mode', 'wgangp', '--diffaug', 'color', '--lambda_identity', '0', '--lr_D', '0.0001'],
    ],
    affinelayer_separable: [...recipes.affinelayer, '--recipe', 'affinelayer', '--separable_conv'],
    gan_wasserstein: ['--dataroot', digits, '--model', 'gan', '--gan_mode', 'wgangp', '--batch_size', '40'],
  };
  const all = [
    ...Object.entries(recipes).map(([name, flags]) => [name, ['--recipe', name, ...flags]] as const),
    ...Object.entries(variants),
  ];
  return { recipes, all, dataroots: { paired, unpaired, digits } };
}

/** Images of two kinds that do not belong together: halves of pairs, one image fewer of B to train on. */
async function makeUnpaired(root: string, pairs: string): Promise<string> {
  for (const side of ['trainA', 'trainB', 'testA', 'testB']) {
    mkdirSync(join(root, side), { recursive: true });
    for (const name of readdirSync(pairs).slice(side === 'trainB' ? 1 : 0)) {
      const half = { left: side.endsWith('A') ? 0 : 36, top: 0, width: 36, height: 36 };
      await sharp(join(pairs, name))
        .extract(half)
        .toFile(join(root, side, name));
    }
  }
  return root;
}

/** 70 images as MNIST has them. */
function makeDigits(folder: string): string {
  mkdirSync(folder);
  for (const phase of ['train', 't10k']) {
    const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 70, 0, 0, 0, 28, 0, 0, 0, 28]);
    const pixels = Buffer.from(Uint8Array.from({ length: 70 * 784 }, (_, i) => (i * i + 7 * i) % 256));
    writeFileSync(join(folder, `${phase}-images-idx3-ubyte`), Buffer.concat([header, pixels]));
  }
  return folder;
}
