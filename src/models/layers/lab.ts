import type { Value } from '../../engine/ir/value.js';
import { clamp } from '../../engine/ops/cast.js';
import { scalar } from '../../engine/ops/constant.js';
import { add, exp, log, mul, scale, shift, sign, sub } from '../../engine/ops/elementwise.js';
import { concat, slice } from '../../engine/ops/shape.js';

/*
 * CIE L*a*b* of sRGB under the standard illuminant D65 (2°), as scikit-image's color.rgb2lab and lab2rgb have it; the
 * constants are theirs. Everything is elementwise, so that it is part of a graph and of an exported model.
 */

type Row = readonly [number, number, number];

const TO_XYZ: readonly Row[] = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
];
/** The inverse of the above. */
const FROM_XYZ: readonly Row[] = [
  [3.240481342776611, -1.537151516271318, -0.4985363261688878],
  [-0.9692549499965684, 1.8759900014898907, 0.04155592655829284],
  [0.055646639135177, -0.2040413383665112, 1.0573110696453443],
];
const WHITE: Row = [0.95047, 1, 1.08883];

/** Below every number that a power is taken of, and above 0, whose logarithm is none. */
const TINY = 1e-8;

/** x^exponent of what is not negative. */
function power(x: Value, exponent: number): Value {
  return exp(scale(log(clamp(x, TINY, 1e8)), exponent));
}

/** `above` where x > edge, else `below`. */
function choose(x: Value, edge: number, above: Value, below: Value): Value {
  const isAbove = scale(shift(sign(shift(x, -edge)), 1), 0.5);
  return add(mul(isAbove, above), mul(sub(scalar(1), isAbove), below));
}

const channelsOf = (x: Value): Value[] =>
  Array.from({ length: x.shape[1] }, (_, channel) => slice(x, 1, channel, channel + 1));

/** A 3×3 matrix times the channels. */
function multiply(matrix: readonly Row[], channels: readonly Value[]): Value[] {
  return matrix.map((row) =>
    row.map((factor, i) => scale(channels[i], factor)).reduce((sum, term) => add(sum, term)),
  );
}

/**
 * @param rgb f32[N, 3, H, W] in -1 ... 1
 * @returns f32[N, 3, H, W]: L in 0 ... 100, a and b within about ±110
 */
export function rgbToLab(rgb: Value): Value {
  const linear = channelsOf(scale(shift(rgb, 1), 0.5)).map((x) =>
    choose(x, 0.04045, power(scale(shift(x, 0.055), 1 / 1.055), 2.4), scale(x, 1 / 12.92)),
  );
  const [x, y, z] = multiply(TO_XYZ, linear).map((value, i) => {
    const relative = scale(value, 1 / WHITE[i]);
    return choose(relative, 0.008856, power(relative, 1 / 3), shift(scale(relative, 7.787), 16 / 116));
  });
  return concat([shift(scale(y, 116), -16), scale(sub(x, y), 500), scale(sub(y, z), 200)], 1);
}

/**
 * The way back; colours that sRGB does not have become the nearest in each channel.
 * @returns f32[N, 3, H, W] in -1 ... 1
 */
export function labToRgb(lab: Value): Value {
  const [l, a, b] = channelsOf(lab);
  const y = scale(shift(l, 16), 1 / 116);
  const x = add(y, scale(a, 1 / 500));
  const z = clamp(sub(y, scale(b, 1 / 200)), 0, 1e8);
  const xyz = [x, y, z].map((value, i) => {
    const cubed = mul(value, mul(value, value));
    return scale(choose(value, 0.2068966, cubed, scale(shift(value, -16 / 116), 1 / 7.787)), WHITE[i]);
  });
  const rgb = multiply(FROM_XYZ, xyz).map((linear) =>
    choose(linear, 0.0031308, shift(scale(power(linear, 1 / 2.4), 1.055), -0.055), scale(linear, 12.92)),
  );
  return shift(scale(clamp(concat(rgb, 1), 0, 1), 2), -1);
}
