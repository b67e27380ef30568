// Translates one image with a trained generator and saves the result. The checkpoint knows which networks it needs.
//
//   npm run build && node dist/examples/translateImage.js labels.png photo.png --name facades_pix2pix
import { writeFile } from 'node:fs/promises';
import {
  completeOptions,
  createModel,
  encodePng,
  loadImage,
  parseTestOptions,
  toImageBatch,
} from 'pix2pix-ts';

const [input, output, ...flags] = process.argv.slice(2);
const opt = completeOptions(parseTestOptions(flags));
const model = await createModel(opt);
await model.setup(opt);
try {
  const fakeB = await model.translate(await loadImage(input, opt), { evaluate: opt.eval });
  await writeFile(output, await encodePng(toImageBatch(fakeB)));
  console.log(`${output}: ${fakeB.shape[3]}×${fakeB.shape[2]}`);
} finally {
  await model.dispose();
}
