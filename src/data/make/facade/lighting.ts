import { type Canvas, FINISHES } from './canvas.js';

/** The sun stands to the upper left in front of the wall: a point `h` above it throws its shadow `h · SLOPE` away. */
const SLOPE_X = 0.72;
const SLOPE_Y = 1.0;
const SUN = [1.02, 0.94, 0.8] as const;
const SKYLIGHT = [0.265, 0.315, 0.4] as const;
const GLASS = FINISHES.indexOf('glass');
const SKY = FINISHES.indexOf('sky');

/**
 * Lights the canvas in place: the sun with cast shadows, the sky with less of it in corners, and the relief's own
 * shading. Colours stay linear.
 *
 * @param strength of the sun: 1 is a clear day
 */
export function light(canvas: Canvas, strength: number): void {
  const { side, height, finish, red, green, blue } = canvas;
  const sunlit = castShadows(canvas);
  const mean = boxBlur(height, side, Math.max(1, Math.round(side * 0.014)));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = y * side + x;
      if (finish[at] === SKY) continue;
      // A patch turned up or to the left faces the sun. Edges between parts are steps, hence the limit.
      const slopeX = x > 0 ? (height[at] - height[at - 1]) * side : 0;
      const slopeY = y > 0 ? (height[at] - height[at - side]) * side : 0;
      const facing = clamp(1 + 0.3 * clamp(slopeX, -1, 1) * 0.8 + 0.3 * clamp(slopeY, -1, 1), 0.45, 1.5);
      const openness = clamp(1 - (mean[at] - height[at]) * 34, 0.35, 1.12);
      const isGlass = finish[at] === GLASS;
      const sun = isGlass ? 0.34 * (0.25 + 0.75 * sunlit[at]) : strength * sunlit[at] * facing * 0.84;
      const sky = isGlass ? 1.5 * (0.6 + 0.4 * openness) : openness * (0.94 + 0.06 * facing);
      red[at] *= sun * SUN[0] + sky * SKYLIGHT[0];
      green[at] *= sun * SUN[1] + sky * SKYLIGHT[1];
      blue[at] *= sun * SUN[2] + sky * SKYLIGHT[2];
    }
  }
}

/**
 * Share of the sun that each sample sees, 0 ... 1. One sweep down the rows carries the height of the shadow's upper
 * face along the rays: shadow(p) = max(height, shadow)(one row up the ray) - what the ray falls in one row.
 * Interpolating between columns widens the edge with the distance, as a half shadow does.
 */
function castShadows({ side, height, finish }: Canvas): Float32Array {
  const lit = new Float32Array(side * side).fill(1);
  const fall = 1 / (side * SLOPE_Y);
  const shift = SLOPE_X / SLOPE_Y;
  let previous = new Float32Array(side).fill(-1);
  let current = new Float32Array(side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = y * side + x;
      const from = Math.max(0, x - shift);
      const left = Math.floor(from);
      const weight = from - left;
      const shadow = previous[left] * (1 - weight) + previous[Math.min(side - 1, left + 1)] * weight - fall;
      lit[at] = clamp(1 - (shadow - height[at]) * side * 0.55, 0, 1);
      current[x] = finish[at] === SKY ? -1 : Math.max(shadow, height[at]);
    }
    [previous, current] = [current, previous];
  }
  return lit;
}

/** Mean over a (2·radius + 1)² window, edges repeated, by running sums. */
function boxBlur(values: Float32Array, side: number, radius: number): Float32Array {
  const rows = new Float32Array(values.length);
  const out = new Float32Array(values.length);
  for (let y = 0; y < side; y++) blurLine(values, rows, y * side, 1, side, radius);
  for (let x = 0; x < side; x++) blurLine(rows, out, x, side, side, radius);
  return out;
}

function blurLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  count: number,
  radius: number,
) {
  const last = count - 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += from[start + step * clamp(i, 0, last)];
  for (let i = 0; i < count; i++) {
    to[start + step * i] = sum / (2 * radius + 1);
    sum += from[start + step * Math.min(last, i + radius + 1)] - from[start + step * Math.max(0, i - radius)];
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
