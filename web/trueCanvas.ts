import { Pix2PixError } from '../src/base/errors/pix2pixError.js';

/** Pixels a side of the picture that is tried. */
const SIDE = 16;
/** Of 255: less is lost in what a generator makes of it. */
const TOLERANCE = 2;

/**
 * Pages read the pixels of a picture from a canvas, and browsers that protect from fingerprinting may give them noise
 * instead, without a word (Firefox with `privacy.resistFingerprinting`, Tor Browser). What a generator made of that would be noise.
 * @throws Pix2PixError when this browser does so
 */
export function requireTrueCanvas(): void {
  const written = new ImageData(SIDE, SIDE);
  written.data.forEach((_, i) => {
    written.data[i] = i % 4 === 3 ? 255 : (37 * i) % 256;
  });
  const context = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true })!;
  context.putImageData(written, 0, 0);
  const read = context.getImageData(0, 0, SIDE, SIDE).data;
  if (read.every((byte, i) => Math.abs(byte - written.data[i]) <= TOLERANCE)) return;
  throw new Pix2PixError(
    'this browser gives pages other pixels than a picture has, to protect from fingerprinting',
    {},
    "allow this page to use the data of canvases, by the icon in Firefox's address bar, or use another browser or profile",
  );
}
