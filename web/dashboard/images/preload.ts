import { requireTrueCanvas } from '../../trueCanvas.js';

/** So many images are held, the ones asked for longest ago go first. */
const LIMIT = 300;

const held = new Map<string, HTMLImageElement>();

/** Loads an image ahead and keeps it, so that the browser can show it at once. */
export function preload(url: string): HTMLImageElement {
  const image = held.get(url) ?? Object.assign(new Image(), { src: url });
  held.delete(url);
  held.set(url, image);
  const [oldest] = held.keys();
  if (held.size > LIMIT) held.delete(oldest);
  return image;
}

/**
 * The pixels of an image.
 * @param width what it is drawn to, so that images of different sizes can be compared
 * @throws where it cannot be loaded or decoded, or the browser does not show its pixels
 */
export async function pixelsOf(url: string, width: number, height: number): Promise<Uint8ClampedArray> {
  requireTrueCanvas();
  const image = preload(url);
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}
