// A recipe of one's own: options under a name, for --recipe.
//
//   npm run build && node dist/examples/customRecipe.js --dataroot ./datasets/icons --name icons
import { parseTrainOptions, type Recipe, registerRecipe, train } from 'pix2pix-ts';

const icons: Recipe = {
  about: 'pix2pix on icons of 32 × 32',
  source: 'tried on our own icons',
  // What makes it this recipe: another value on the command line is refused.
  fixed: { model: 'pix2pix', netG: 'unet_32', netD: 'patch16', gan_mode: 'hinge' },
  // What it begins with: the command line may change it.
  defaults: {
    load_size: 36,
    crop_size: 32,
    ngf: 32,
    ndf: 32,
    batch_size: 8,
    n_epochs: 50,
    n_epochs_decay: 50,
  },
};

registerRecipe('icons', icons);
await train(parseTrainOptions(['--recipe', 'icons', ...process.argv.slice(2)]));
