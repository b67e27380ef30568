import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { Sides } from '../src/base/sides.js';
import { resizeRegion } from '../src/data/augment/transform.js';
import type { RgbImage } from '../src/data/decode/rgbImage.js';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';

/** How far the same picture is from Node's, in 255ths. */
export interface PixelDifference {
  readonly what: string;
  readonly mean: number;
  readonly largest: number;
}

const SIDE = 512;
/** Sizes that trainings resize to: smaller and larger. */
const SIZES = [286, 572];
const COUNT = 3;

type InPage = (url: string, size?: Sides) => Promise<Uint8Array>;
/** What bench/pages/decoder.ts puts into its page. */
type Decoder = { pixelsOf(url: string, size?: Sides): Promise<string> };

/**
 * Decodes and resizes drawn photographs in the page and in Node, where sharp does it, and compares the pixels.
 *
 * @param page shows bench/pages/decoder.ts
 */
export async function comparePixels(page: Page): Promise<PixelDifference[]> {
  const inPage: InPage = async (url, size) => {
    const decode = ([url, size]: readonly [string, Sides | undefined]) =>
      (globalThis as unknown as Decoder).pixelsOf(url, size);
    return Buffer.from(await page.evaluate(decode, [url, size] as const), 'base64');
  };
  const photos = Array.from({ length: COUNT }, (_, i) => Buffer.from(renderFacade(7, i, SIDE).photo));
  const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
  const files = {
    'JPEG of quality 95, all colours (4:4:4)': (photo: Buffer) =>
      sharp(photo, { raw }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
    'JPEG of quality 90, a quarter of the colours (4:2:0)': (photo: Buffer) =>
      sharp(photo, { raw }).jpeg({ quality: 90, chromaSubsampling: '4:2:0' }),
    PNG: (photo: Buffer) => sharp(photo, { raw }).png(),
  };
  const found: PixelDifference[] = [];
  for (const [name, encode] of Object.entries(files)) {
    for (const side of [undefined, ...SIZES]) {
      const pairs = [];
      for (const photo of photos) pairs.push(await bothWays(await encode(photo).toBuffer(), side, inPage));
      const what = `${name}, ${side === undefined ? 'as it is' : `${SIDE} to ${side}`}`;
      found.push({ what, ...differenceOf(pairs) });
    }
  }
  return found;
}

async function bothWays(file: Buffer, side: number | undefined, inPage: InPage) {
  const size = side === undefined ? undefined : { width: side, height: side };
  const format = file[0] === 0xff ? 'jpeg' : 'png';
  const browser = await inPage(`data:image/${format};base64,${file.toString('base64')}`, size);
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const image: RgbImage = { data, width: info.width, height: info.height };
  const whole = { left: 0, top: 0, width: info.width, height: info.height };
  const node = (await resizeRegion(image, whole, size ?? whole, 3)).data;
  return { browser, node };
}

function differenceOf(pairs: readonly { readonly browser: Uint8Array; readonly node: Uint8Array }[]) {
  const gaps = pairs.flatMap(({ browser, node }) => {
    if (browser.length !== node.length)
      throw new Error(`${browser.length} bytes, and ${node.length} in Node`);
    return Array.from(browser, (byte, i) => Math.abs(byte - node[i]));
  });
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return { mean, largest: gaps.reduce((most, gap) => Math.max(most, gap), 0) };
}
