// Translates one image with a trained generator and saves the result, which is as large as the image. The checkpoint
// knows which networks it needs.
//
//   npm run build && node dist/examples/translateImage.js facades_pix2pix labels.png photo.png
import { writeFile } from 'node:fs/promises';
import { encodePng, loadGenerator } from 'pix2pix-ts';

const [model, input, output, checkpointsDir] = process.argv.slice(2);
const generator = await loadGenerator(model, { checkpointsDir });
try {
  const photo = await generator.translate(input);
  await writeFile(output, await encodePng(photo));
  console.log(`${output}: ${photo.shape[2]}×${photo.shape[1]}`);
} finally {
  await generator.dispose();
}
