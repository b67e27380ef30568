import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { preparationOptions } from '../../src/data/augment/preparationOptions.js';
import { preparePadded } from '../../src/data/augment/preparedImage.js';
import { toFloatImages } from '../../src/data/batch/floatImages.js';
import { augmentation, planGeometry } from '../../src/data/batch/geometry.js';
import { showing } from '../../src/data/batch/shownImage.js';
import { ImageReader } from '../../src/data/cache/imageReader.js';
import { FACADE_CLASSES, FACADE_COLOURS } from '../../src/data/make/facade/labels.js';
import { renderFacade } from '../../src/data/make/facade/renderFacade.js';
import { encodeNumbers } from '../../src/data/raster/encodeNumbers.js';
import type { Raster } from '../../src/data/raster/raster.js';
import { parseTrainOptions } from '../../src/training/options.js';

/*
 * Makes the picture of docs/data.md: what becomes of images without and with the options that they need, as records show it.
 *
 *   npm run build && node dist/docs/images/data.js docs/images/data.webp
 */
const [SIZE, GAP, SHOWN] = [96, 6, 192];
const folder = mkdtempSync(join(tmpdir(), 'pix2pix-data-'));
const { photo, label } = renderFacade(3, 4, SIZE);
const pixels = SIZE * SIZE;
const colours = FACADE_CLASSES.map((name) => FACADE_COLOURS[name]);
const classOf = (i: number) =>
  colours.findIndex((colour) => colour.every((byte, c) => byte === label[3 * i + c]));
const luma = (i: number) => 0.299 * photo[3 * i] + 0.587 * photo[3 * i + 1] + 0.114 * photo[3 * i + 2];

function file(name: string, channels: number, raster: Pick<Raster, 'data' | 'palette'>): string {
  const path = join(folder, name);
  const format = name.endsWith('.npy') ? 'npy' : 'png';
  const width = raster.data.length / channels / SIZE;
  writeFileSync(path, encodeNumbers({ ...raster, width, height: SIZE, channels }, format));
  return path;
}

const scan = file('scan.png', 1, { data: Uint16Array.from({ length: pixels }, (_, i) => luma(i) * 16) });
const palette = Uint8Array.from(colours.flat());
const classes = file('classes.png', 1, {
  data: Uint8Array.from({ length: pixels }, (_, i) => classOf(i)),
  palette,
});
const band = (i: number, c: number) =>
  c < 3 ? photo[3 * i + c] : c === 3 ? 255 - luma(i) : luma(i) ** 2 / 255;
const bands = file('bands.npy', 5, {
  data: Float32Array.from({ length: 5 * pixels }, (_, i) => band(Math.floor(i / 5), i % 5)),
});
const narrow = file('narrow.png', 3, { data: photo.filter((_, i) => Math.floor(i / 3) % SIZE < 70) });

/** The input side of a training with these options, as its record shows it, at the size of the networks. */
async function shown(path: string, ...argv: string[]): Promise<Buffer> {
  const opt = parseTrainOptions([
    '--dataroot',
    '.',
    '--load_size',
    '48',
    '--crop_size',
    '48',
    '--netG',
    'unet_32',
    ...argv,
  ]);
  const preparation = preparationOptions(opt);
  const part = await new ImageReader().whole({ path }, preparation.formats.A);
  const chance = { ...augmentation(opt, 1, 1, 0, part.size), flip: false };
  const images = await preparePadded(part, planGeometry(opt, part.size, chance), undefined, preparation);
  const { data, shape } = showing(opt)('real_A', toFloatImages(images));
  const [, height, width, channels] = shape;
  return sharp(data, { raw: { width, height, channels: channels as 1 | 3 } })
    .resize(SHOWN, SHOWN, {
      kernel: 'nearest',
      fit: 'contain',
      background: { r: 128, g: 128, b: 128, alpha: 0 },
    })
    .png()
    .toBuffer();
}

const five = ['--input_nc', '5', '--value_range', '0,255', '--preprocess', 'none'];
const rows = [
  [
    [scan, '--input_nc', '1', '--preprocess', 'none'],
    [classes],
    [bands, ...five],
    [narrow, '--preprocess', 'none'],
  ],
  [
    [scan, '--input_nc', '1', '--preprocess', 'none', '--value_range', '0,4080'],
    [classes, '--label_nc', String(colours.length), '--label_palette', hex(palette)],
    [bands, ...five, '--show_bands', '4,3,0'],
    [narrow, '--preprocess', 'pad'],
  ],
] as const;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/.{6}(?=.)/g, '$&,');
}

const at = (index: number) => index * (SHOWN + GAP);
const tiles = rows.flatMap((row, y) =>
  row.map(
    async ([path, ...argv], x): Promise<OverlayOptions> => ({
      input: await shown(path, ...argv),
      left: at(x),
      top: at(y),
    }),
  ),
);
const sheet = {
  width: at(4) - GAP,
  height: at(2) - GAP,
  channels: 4,
  background: { r: 0, g: 0, b: 0, alpha: 0 },
} as const;
const out = process.argv[2] ?? 'data.webp';
await sharp({ create: sheet })
  .composite(await Promise.all(tiles))
  .webp({ quality: 85 })
  .toFile(out);
rmSync(folder, { recursive: true });
console.log(`wrote ${out}`);
