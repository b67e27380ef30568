import sharp, { type Matrix3x3, type Sharp } from 'sharp';
import type { Sides } from '../../base/sides.js';
import type { Geometry } from '../batch/geometry.js';
import { cropPixels, type Pixels, type Region } from '../batch/pixels.js';
import type { RgbImage } from '../decode/rgbImage.js';
import type { ColourJitter } from './colourJitter.js';

/** ITU-R BT.601 luma, the weights of PIL's mode L. */
const LUMA: [number, number, number] = [0.299, 0.587, 0.114];
/** Rows and columns repeated around an image before it is enlarged: the reach of a cubic kernel. */
const MARGIN = 2;

/** A picture, and where in it the one that is meant begins. */
interface Placed {
  readonly picture: Pixels<Uint8Array>;
  readonly left: number;
  readonly top: number;
}

/**
 * Cuts `region` out of an image and resizes, turns, crops and mirrors it as `geometry` says. With one channel the
 * result is luma, round(0.299 R + 0.587 G + 0.114 B).
 *
 * @returns `output.height` rows of `output.width` pixels of `channels` bytes
 */
export async function transformImage(
  image: RgbImage,
  region: Region,
  geometry: Geometry,
  channels: 1 | 3,
  colour?: ColourJitter,
): Promise<Uint8Array> {
  const resized = await resizeRegion(
    image,
    region,
    geometry.resized,
    needsColours(channels, geometry, colour),
  );
  return cropResized(resized, geometry, channels, colour);
}

/** The channels that an image has until it is cropped: luma is made at once where nothing more is done to colours. */
export function needsColours(channels: 1 | 3, { angle }: Geometry, colour?: ColourJitter): 1 | 3 {
  return channels === 1 && angle === undefined && colour === undefined ? 1 : 3;
}

/**
 * The first half of `transformImage`, in which there is no chance: `region` at the size `to`, as colours or luma.
 *
 * Resizing is bicubic (a = -0.5) with pixel centres aligned and antialiasing when it shrinks, as PIL's BICUBIC is:
 * the mean difference from it is about 0.2 of 255.
 */
export async function resizeRegion(
  { data, width, height }: RgbImage,
  region: Region,
  to: Sides,
  channels: 1 | 3,
): Promise<Pixels<Uint8Array>> {
  const cut = sharp(data, { raw: { width, height, channels: 3 } }).extract(region);
  const resized = await resizeCut(cut, region, to);
  return channels === 1 ? toPixels(toLuma(fromPixels(resized))) : resized;
}

/** A picture of one channel or three at the size `to`, resized as `resizeRegion` does it. */
export function resizePixels(picture: Pixels<Uint8Array>, to: Sides): Promise<Pixels<Uint8Array>> {
  return resizeCut(fromPixels(picture), picture, to);
}

async function resizeCut(cut: Sharp, from: Sides, to: Sides): Promise<Pixels<Uint8Array>> {
  const { picture, left, top } = await enlarge(cut, from, to);
  const isWhole = picture.width === to.width && picture.height === to.height;
  return isWhole ? picture : cropPixels(picture, { left, top, ...to }, false);
}

/** The second half: a picture of the size `geometry.resized` turned, cropped, mirrored and recoloured. */
export async function cropResized(
  resized: Pixels<Uint8Array>,
  { output, crop, flip, angle }: Geometry,
  channels: 1 | 3,
  colour?: ColourJitter,
): Promise<Uint8Array> {
  const { picture, left, top } = angle ? await turn(resized, angle) : { picture: resized, left: 0, top: 0 };
  const corner = { left: left + (crop?.left ?? 0), top: top + (crop?.top ?? 0) };
  const cropped = cropPixels(picture, { ...corner, ...output }, flip);
  const coloured = colour === undefined ? cropped : await toPixels(recolour(fromPixels(cropped), colour));
  return channels === coloured.channels ? coloured.data : (await toPixels(toLuma(fromPixels(coloured)))).data;
}

/** libvips cuts the float that the matrix gives to a byte, where rounding is wanted: hence the half. */
function toLuma(pipeline: Sharp): Sharp {
  return pipeline.linear(1, 0.5).recomb([LUMA, LUMA, LUMA]).extractChannel(0);
}

/**
 * Resizes to `to`, possibly inside a larger picture at (left, top).
 *
 * Pictures are shrunk by libvips' resize. Its enlarging, though, places the picture half an output pixel too far to the
 * right and down, a mean error of 10 of 255 on a detailed photo, so they are enlarged by its affine transform, told the
 * displacement that aligns the centres: in = (out + 1/2) / scale - 1/2.
 */
async function enlarge(cut: Sharp, from: Sides, to: Sides): Promise<Placed> {
  const shrunk = { width: Math.min(from.width, to.width), height: Math.min(from.height, to.height) };
  if (shrunk.width !== from.width || shrunk.height !== from.height) {
    cut.resize({ ...shrunk, fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false });
  }
  if (shrunk.width === to.width && shrunk.height === to.height)
    return { picture: await toPixels(cut), left: 0, top: 0 };

  const [x, y] = [enlargement(shrunk.width, to.width), enlargement(shrunk.height, to.height)];
  const padded = await toPixels(
    cut.extend({ top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN, extendWith: 'copy' }),
  );
  const grown = fromPixels(padded).affine([x.scale, 0, 0, y.scale], {
    interpolator: 'bicubic',
    idx: x.displacement,
    idy: y.displacement,
  });
  return { picture: await toPixels(grown), left: x.start, top: y.start };
}

/**
 * One axis of the affine transform of a padded picture: output pixel `start` is the first of the picture, and the
 * displacement is small enough that libvips keeps the origin of its canvas.
 */
function enlargement(from: number, to: number): { scale: number; displacement: number; start: number } {
  const scale = to / from;
  if (scale === 1) return { scale, displacement: 0, start: MARGIN };
  const start = Math.round(MARGIN * scale + 0.5 - scale / 2);
  return { scale, displacement: (start - 0.5) / scale + 0.5 - MARGIN, start };
}

/** sharp adds after it has multiplied. The half rounds, as in `toLuma`. */
function recolour(pipeline: Sharp, { matrix, offset }: ColourJitter): Sharp {
  return pipeline.recomb(matrix as unknown as Matrix3x3).linear(1, offset + 0.5);
}

/** Turns a picture about its middle. Its corners are filled with its mirror image. */
async function turn(picture: Pixels<Uint8Array>, degrees: number): Promise<Placed> {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const { width, height } = picture;
  const reach = (along: number, across: number) =>
    Math.ceil((Math.abs(cosine) * along + Math.abs(sine) * across - along) / 2) + MARGIN;
  const [x, y] = [Math.max(MARGIN, reach(width, height)), Math.max(MARGIN, reach(height, width))];
  const padded = await toPixels(
    fromPixels(picture).extend({ left: x, right: x, top: y, bottom: y, extendWith: 'mirror' }),
  );
  const turned = fromPixels(padded).affine([cosine, -sine, sine, cosine], { interpolator: 'bicubic' });
  // libvips keeps (0, 0) in place, and shows from the lowest coordinates that a corner comes to
  const corners = [0, padded.width].flatMap((cx) =>
    [0, padded.height].map((cy) => [cosine * cx - sine * cy, sine * cx + cosine * cy]),
  );
  const start = (axis: number) => Math.round(Math.min(...corners.map((corner) => corner[axis])));
  const [middleX, middleY] = [(padded.width - 1) / 2, (padded.height - 1) / 2];
  return {
    picture: await toPixels(turned),
    left: Math.round(cosine * middleX - sine * middleY - (width - 1) / 2) - start(0),
    top: Math.round(sine * middleX + cosine * middleY - (height - 1) / 2) - start(1),
  };
}

function fromPixels({ data, width, height, channels }: Pixels<Uint8Array>): Sharp {
  return sharp(data, { raw: { width, height, channels: channels === 1 ? 1 : 3 } });
}

async function toPixels(pipeline: Sharp): Promise<Pixels<Uint8Array>> {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { data, width, height, channels: channels === 1 ? 1 : 3 };
}
