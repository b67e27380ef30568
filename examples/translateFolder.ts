// Translates every image of a folder with a trained generator: decoding and encoding overlap with its work.
//
//   npm run build && node dist/examples/translateFolder.js facades_pix2pix labels photos
import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { loadGenerator, type TranslationJob, translateFiles } from 'pix2pix-ts';

const [model, input, output, checkpointsDir] = process.argv.slice(2);
const jobs = readdirSync(input).map((name): TranslationJob => {
  const file = join(output, `${parse(name).name}.png`);
  return { source: join(input, name), name, output: file, format: 'png' };
});

const generator = await loadGenerator(model, { checkpointsDir });
try {
  const { translated, failures } = await translateFiles(generator, jobs);
  console.log(`${translated} of ${jobs.length} images translated`);
  for (const { name, error } of failures) console.log(`${name}: ${error.message}`);
} finally {
  await generator.dispose();
}
