import sharp, { type Metadata } from 'sharp';
import { BadImageError } from './badImage.js';
import { noteRange, type OnNote } from './decodeNote.js';
import type { DecodeOptions, DeepImage } from './deepImage.js';
import { checkSize, MAX_PIXELS } from './limits.js';

// One libvips thread an image: several images are decoded at once, and training needs the cores.
sharp.concurrency(1);
sharp.cache(false);

/** Decodes what libvips can. Throws BadImageError, or libvips' own error for a damaged file. */
export async function decodeByLibvips(
  name: string,
  file: Buffer,
  { depth = 8, alpha = false, admit, onNote = () => {} }: DecodeOptions,
): Promise<DeepImage> {
  const header = await sharp(file, { limitInputPixels: false, failOn: 'error' }).metadata();
  checkSize(name, header);
  if (header.depth !== 'uchar' && header.depth !== 'ushort') {
    throw new BadImageError(
      name,
      `its pixels are of type ${header.depth}`,
      'pass --value_range auto, or save it with 8 or 16 bits a channel',
    );
  }
  noteWhatIsLeftOut(header, onNote);
  await admit?.(header.width * header.height);
  const isDeep = header.depth === 'ushort';
  const keepsAlpha = alpha && header.hasAlpha;
  // 'error' lets pass what libjpeg only warns of (stray bytes between markers), as PIL does, but no truncation
  const pipeline = sharp(file, {
    limitInputPixels: MAX_PIXELS,
    failOn: 'error',
    ignoreIcc: true,
  }).autoOrient();
  if (!keepsAlpha) pipeline.removeAlpha();
  const { data, info } = await pipeline
    .toColourspace(isDeep ? 'rgb16' : 'srgb')
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== (keepsAlpha ? 4 : 3))
    throw new BadImageError(name, `it has ${info.channels} channels`, 'save it as RGB');
  const levels = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  const pixels: Pick<DeepImage, 'data' | 'alpha'> = keepsAlpha ? splitAlpha(levels) : { data: levels };
  if (pixels.data instanceof Uint16Array) noteRange(pixels.data, 0xffff, onNote);
  const convert = toDepth(depth);
  const { width, height } = info;
  const image = { data: convert(pixels.data), width, height };
  return pixels.alpha === undefined ? image : { ...image, alpha: convert(pixels.alpha) };
}

/** 16 bits become 8 by their high byte; 8 are spread over 16, so that 255 becomes 65535. */
function toDepth(depth: 8 | 16): (levels: Uint8Array | Uint16Array) => Uint8Array | Uint16Array {
  return (levels) => {
    if (depth === 8) return levels instanceof Uint16Array ? Uint8Array.from(levels, (x) => x >> 8) : levels;
    return levels instanceof Uint16Array ? levels : Uint16Array.from(levels, (x) => x * 257);
  };
}

/** Bands beyond colours and opacity, and pages or frames after the first. */
function noteWhatIsLeftOut({ format, space, channels, pages = 1 }: Metadata, onNote: OnNote): void {
  if (pages > 1)
    onNote({ kind: 'pages', text: `it has ${pages} pages or frames, of which the first is seen` });
  const colours = /^(b-w|grey16)$/.test(space ?? '') ? 1 : space === 'cmyk' ? 4 : 3;
  if (channels > colours + 1) {
    const seen = colours === 1 ? 'first, as grey' : `first ${colours}, as ${colours === 3 ? 'RGB' : 'CMYK'}`;
    onNote({ kind: 'bands', text: `it has ${channels} bands, of which only the ${seen}, is seen` });
  } else if (format === 'tiff' && colours === 3 && channels === 4) {
    // libvips takes any fourth band for opacity, near infrared too
    onNote({ kind: 'bands', text: 'it has 4 bands, of which the fourth is taken for opacity' });
  }
}

function splitAlpha(rgba: Uint8Array | Uint16Array): Pick<DeepImage, 'data' | 'alpha'> {
  const LevelArray = rgba instanceof Uint16Array ? Uint16Array : Uint8Array;
  const pixels = rgba.length / 4;
  const [data, alpha] = [new LevelArray(pixels * 3), new LevelArray(pixels)];
  for (let i = 0; i < pixels; i++) {
    data[i * 3] = rgba[i * 4];
    data[i * 3 + 1] = rgba[i * 4 + 1];
    data[i * 3 + 2] = rgba[i * 4 + 2];
    alpha[i] = rgba[i * 4 + 3];
  }
  return { data, alpha };
}
