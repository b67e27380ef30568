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
  | {
      readonly kind: 'fill';
      readonly ink: Ink;
      readonly at: readonly [x: number, y: number];
      /** Whether colours are alike only when they are the same. Default: no. */
      readonly isExact?: boolean;
    };

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
      fillArea(raster, picture(), Math.floor(mark.at[0]), Math.floor(mark.at[1]), mark.ink, mark.isExact);
  }
}

/** A filled area is searched, and what is seen is composed for that, which takes about as long as so many looks at it. */
const FILL_WORK = 8;

/** How many pixels are looked at while the marks of a drawing are drawn, at most. */
export function workOf({ width, height, marks }: Drawing): number {
  const pixels = width * height;
  const ofMark = (mark: Mark) => {
    if (mark.kind === 'stroke') return strokeWork(mark);
    return mark.kind === 'fill' ? FILL_WORK * pixels : pixels;
  };
  return marks.reduce((sum, mark) => sum + ofMark(mark), 0);

  /** Of every segment the box around it, as far as it is on the drawing. */
  function strokeWork({ points, width: pen }: Extract<Mark, { kind: 'stroke' }>): number {
    let work = 0;
    for (let i = 0; i < points.length; i += 2) {
      const from = Math.max(0, i - 2);
      const along = Math.min(width, Math.abs(points[i] - points[from]) + pen + 1);
      const across = Math.min(height, Math.abs(points[i + 1] - points[from + 1]) + pen + 1);
      work += along * across;
    }
    return work;
  }
}
