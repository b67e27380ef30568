import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/*
 * Cuts side-by-side pairs A|B into folders of single images, as CycleGAN takes them:
 *
 *   node dist/docs/images/splitPairs.js datasets/facades_synth datasets/facades_unpaired
 *
 * Every other training image gives its A, the others their B, so that no pair is left among them.
 */
const [from, to] = process.argv.slice(2);
if (to === undefined) {
  console.error('usage: node dist/docs/images/splitPairs.js PAIRS OUT');
  process.exitCode = 1;
} else {
  for (const phase of ['train', 'test']) {
    const names = readdirSync(join(from, phase)).filter((name) => /\.(png|jpg)$/.test(name));
    for (const side of ['A', 'B']) mkdirSync(join(to, phase + side), { recursive: true });
    for (const [i, name] of names.sort().entries()) {
      const sides = phase === 'test' ? ['A', 'B'] : [i % 2 === 0 ? 'A' : 'B'];
      for (const side of sides) {
        const { width, height } = await sharp(join(from, phase, name)).metadata();
        const half = { left: side === 'A' ? 0 : width / 2, top: 0, width: width / 2, height };
        await sharp(join(from, phase, name))
          .extract(half)
          .toFile(join(to, phase + side, name));
      }
    }
  }
}
