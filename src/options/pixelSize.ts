import type { Sides } from '../base/sides.js';
/** The size of images as options have it: the side of a square, or width and height: 256, `512x256`. */
export type PixelSize = number | `${number}x${number}`;

/** The size that a text says, squares by one number; undefined for any other text. Limits are not looked at. */
export function parsePixelSize(text: string): PixelSize | undefined {
  const [, width, height = width] = /^(\d{1,6})(?:x(\d{1,6}))?$/.exec(text) ?? [];
  return width === undefined ? undefined : pixelSize({ width: Number(width), height: Number(height) });
}

/** Sides as an option has them. */
export function pixelSize({ width, height }: Sides): PixelSize {
  return width === height ? width : `${width}x${height}`;
}

/** Width and height of a size. */
export function sidesOf(size: PixelSize): Sides {
  if (typeof size === 'number') return { width: size, height: size };
  const [width, height] = size.split('x').map(Number);
  return { width, height };
}
