// Trains pix2pix with a loop of one's own, on facades that it draws first, and saves what it learned.
//
//   npm run build && node dist/examples/trainAsLibrary.js ./demo-library
import { join } from 'node:path';
import { createDataset, createModel, parseTrainOptions, synthesizeFacades } from 'pix2pix-ts';

const [folder = './library-example', ...flags] = process.argv.slice(2);
const dataroot = join(folder, 'facades');
await synthesizeFacades({ out: dataroot, count: 20, size: 64 });

const opt = parseTrainOptions([
  ...['--dataroot', dataroot, '--direction', 'BtoA', '--name', 'library', '--checkpoints_dir', folder],
  ...['--netG', 'unet_64', '--ngf', '16', '--ndf', '16', '--load_size', '72', '--crop_size', '64'],
  ...['--n_epochs', '2', '--n_epochs_decay', '2', ...flags],
]);
const dataset = await createDataset(opt);
const model = await createModel(opt);
await model.setup(opt);
try {
  for (let epoch = opt.epochCount; epoch <= opt.nEpochs + opt.nEpochsDecay; epoch++) {
    for await (const data of dataset) {
      model.setInput(data);
      await model.optimizeParameters();
    }
    const { G_L1, D_real, D_fake } = await model.getCurrentLosses();
    console.log(`epoch ${epoch}: G_L1 ${G_L1.toFixed(2)}, D ${((D_real + D_fake) / 2).toFixed(3)}`);
    await model.updateLearningRate();
    await model.save(['latest'], dataset); // pix2pix train --continue_train would go on from here
  }
} finally {
  await dataset.close();
  await model.dispose();
}
