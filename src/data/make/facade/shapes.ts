import type { Shape } from './canvas.js';

/** An upright box. */
export function box(x0: number, y0: number, x1: number, y1: number): Shape {
  return { x0, y0, x1, y1 };
}

/** The same box, `by` smaller on every side (larger when negative). */
export function inset({ x0, y0, x1, y1 }: Shape, by: number): Shape {
  return box(x0 + by, y0 + by, x1 - by, y1 - by);
}

/**
 * A box whose top is an elliptic arch `rise` high: half the width makes a round arch, less a segmental one, 0 a box.
 */
export function arch(x0: number, y0: number, x1: number, y1: number, rise: number): Shape {
  if (rise <= 0) return box(x0, y0, x1, y1);
  const middle = (x0 + x1) / 2;
  const halfWidth = (x1 - x0) / 2;
  const spring = y0 + rise;
  return {
    ...box(x0, y0, x1, y1),
    inside: (x, y) => y >= spring || ((x - middle) / halfWidth) ** 2 + ((y - spring) / rise) ** 2 <= 1,
  };
}

/** A shape with straight sides that is `top` wide above and `bottom` wide below, about one middle; 0 is a point. */
export function taper(middle: number, y0: number, y1: number, top: number, bottom: number): Shape {
  const widest = Math.max(top, bottom) / 2;
  return {
    ...box(middle - widest, y0, middle + widest, y1),
    inside: (x, y) => Math.abs(x - middle) <= (top + ((bottom - top) * (y - y0)) / (y1 - y0)) / 2,
  };
}
