import type { Colour } from '../../../src/data/batch/labelColours.js';
import { drawBox, drawStroke, fillArea, type Ink, type Raster } from './raster.js';

/** One act of drawing. Coordinates are pixels from the upper left corner; whole numbers are edges between pixels. */
export type Mark =
  | { readonly kind: 'stroke'; readonly ink: Ink; readonly width: number; readonly points: readonly number[] }
  | {
      readonly kind: 'box';
      readonly ink: Ink;
      readonly corners: readonly [x0: number, y0: number, x1: number, y1: number];
    }
  | { readonly kind: 'fill'; readonly ink: Ink; readonly at: readonly [x: number, y: number] };

/** What is drawn: marks one over the other, on a ground of one colour and whatever pictures lie on that. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly ground: Colour;
  readonly marks: readonly Mark[];
}

/**
 * Adds a mark to those that are drawn.
 * @param picture what is seen before it, pictures underneath included
 */
export function drawMark(raster: Raster, mark: Mark, picture: () => Raster): void {
  switch (mark.kind) {
    case 'stroke':
      drawStroke(raster, mark.points, mark.width, mark.ink);
      break;
    case 'box':
      drawBox(raster, mark.corners, mark.ink);
      break;
    case 'fill':
      fillArea(raster, picture(), Math.floor(mark.at[0]), Math.floor(mark.at[1]), mark.ink);
  }
}
