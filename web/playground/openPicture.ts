import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import type { ClassPalette } from '../../src/inference/portable/classPalette.js';
import { pixelsOf } from '../canvasImages.js';
import { MOST_PIXELS } from '../mostPixels.js';
import { requireTrueCanvas } from '../trueCanvas.js';

/** What the colours of a picture mean: nothing, labels, which must not be blended, or classes, which have colours of their own. */
export type Colours = 'any' | 'labels' | ClassPalette;

/**
 * A picture of a file, made smaller where its longer side is above `side`.
 * @throws Pix2PixError when it is none that the browser reads, has more pixels than a page can hold, or its pixels are kept from pages
 */
export async function openPicture(
  file: Blob,
  name: string,
  side: number,
  colours: Colours,
): Promise<ImageBitmap> {
  requireTrueCanvas(); // what is drawn with it is read back
  const { width, height } = await sizeOf(file, name);
  if (width * height > MOST_PIXELS) {
    const facts = {
      file: name,
      pixels: `${width} × ${height}`,
      limit: `${MOST_PIXELS / 1e6} million pixels`,
    };
    throw new Pix2PixError('the picture is too large for a page', facts, 'make it smaller first');
  }
  const scale = Math.min(1, side / Math.max(width, height));
  const [resizeWidth, resizeHeight] = [width, height].map((x) => Math.max(1, Math.round(x * scale)));
  const resizeQuality = colours === 'any' ? 'high' : 'pixelated';
  const resize = scale < 1 ? ({ resizeWidth, resizeHeight, resizeQuality } as const) : {};
  if (typeof colours === 'string') return createImageBitmap(file, resize);
  return inClasses(await createImageBitmap(file, { ...resize, colorSpaceConversion: 'none' }), colours);
}

async function inClasses(bitmap: ImageBitmap, palette: ClassPalette): Promise<ImageBitmap> {
  const pixels = await pixelsOf(bitmap);
  palette.recolour(pixels.data);
  return createImageBitmap(pixels);
}

/** As its header says: nothing is decoded. */
async function sizeOf(file: Blob, name: string): Promise<{ width: number; height: number }> {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    throw new Pix2PixError('this is no picture that the browser reads', { file: name }, 'open a PNG or JPEG');
  } finally {
    URL.revokeObjectURL(image.src);
  }
}
