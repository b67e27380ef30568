import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp, { type OverlayOptions } from 'sharp';

/*
 * Makes the pictures of the documentation from files that pix2pix wrote:
 *
 *   npm run docs:images -- --pairs demo/facades_128_120/train --out docs/images/synthetic.webp
 *   npm run docs:images -- --results demo/results/facades_demo/test_latest --out docs/images/demo.webp
 *   npm run docs:images -- --results results/digits/test_latest --visuals fake --count 1 --size 240 --out digits.webp
 *
 * `--pairs` shows side-by-side images A|B with B, the label map, above A; `--results` shows a row for each of the
 * visuals of a results page. Images are taken at even distances over the folder, so that none is picked by hand.
 */
const { values } = parseArgs({
  options: {
    pairs: { type: 'string' },
    results: { type: 'string' },
    out: { type: 'string' },
    count: { type: 'string', default: '6' },
    size: { type: 'string', default: '128' },
    visuals: { type: 'string', default: 'real_A,fake_B,real_B' },
  },
});
const GAP = 4;
const [count, size] = [Number(values.count), Number(values.size)];

if (values.out === undefined || (values.pairs === undefined) === (values.results === undefined)) {
  console.error(
    'usage: npm run docs:images -- (--pairs FOLDER | --results FOLDER) --out FILE [--count 6] [--size 128] [--visuals real_A,fake_B,real_B]',
  );
  process.exitCode = 1;
} else {
  const columns =
    values.pairs === undefined ? resultColumns(values.results!) : await pairColumns(values.pairs);
  await writeSheet(await columns, values.out);
  console.log(`wrote ${values.out}`);
}

/** Columns of the visuals of one image. */
function resultColumns(folder: string): string[][] {
  const images = join(folder, 'images');
  const visuals = values.visuals.split(',');
  const ending = `_${visuals[0]}.png`;
  const stems = spread(namesIn(images, ending).map((name) => name.slice(0, -ending.length)));
  return stems.map((stem) => visuals.map((visual) => join(images, `${stem}_${visual}.png`)));
}

/** Columns of label map and photograph, cut from files that hold them side by side. */
async function pairColumns(folder: string): Promise<Buffer[][]> {
  return Promise.all(
    spread(namesIn(folder, '.png')).map(async (name) => {
      const file = join(folder, name);
      const { width, height } = await sharp(file).metadata();
      const half = (left: number) =>
        sharp(file)
          .extract({ left, top: 0, width: width / 2, height })
          .png()
          .toBuffer();
      return [await half(width / 2), await half(0)];
    }),
  );
}

function namesIn(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();
}

/** `count` of the names, at even distances. */
function spread(names: readonly string[]): string[] {
  const shown = Math.min(count, names.length);
  return Array.from({ length: shown }, (_, i) => names[Math.floor(((i + 0.5) * names.length) / shown)]);
}

async function writeSheet(columns: readonly (string | Buffer)[][], file: string): Promise<void> {
  const at = (index: number) => index * (size + GAP);
  const tiles = columns.flatMap((column, x) =>
    column.map(async (image, y): Promise<OverlayOptions> => {
      const input = await sharp(image).resize(size, size, { fit: 'fill' }).png().toBuffer();
      return { input, left: at(x), top: at(y) };
    }),
  );
  const sheet = {
    width: at(columns.length) - GAP,
    height: at(columns[0].length) - GAP,
    channels: 4 as const,
  };
  await sharp({ create: { ...sheet, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .composite(await Promise.all(tiles))
    .webp({ quality: 85 })
    .toFile(file);
}
