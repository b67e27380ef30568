import type { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { scale, shift } from '../engine/ops/elementwise.js';
import { concat, slice } from '../engine/ops/shape.js';
import { extendForColorization } from '../options/models/colorizationOptions.js';
import type { ModelDefinition } from './definition.js';
import { type ImageSize, imageInput } from './images.js';
import { labToRgb, rgbToLab } from './layers/lab.js';
import { sizeUnit } from './networks/define.js';
import type { PairFormat } from './pairFormat.js';
import { Pix2PixGraph } from './pix2pix.js';

/** pix2pix from lightness to colours in L*a*b* (the reference's models/colorization_model.py). */
export const colorization: ModelDefinition = {
  name: 'colorization',
  extend: extendForColorization,
  imageUnit: ({ netG }) => sizeUnit(netG),
  build: (opt) => new Pix2PixGraph(opt, LAB),
};

/** Scales of the networks' inputs: L of 0 ... 100 as -1 ... 1, a and b in units of 110. */
const [LIGHTNESS, COLOUR] = [50, 110];

const lightness = (lab: Value) => shift(scale(slice(lab, 1, 0, 1), 1 / LIGHTNESS), -1);
const colours = (lab: Value) => scale(slice(lab, 1, 1, 3), 1 / COLOUR);
const toRgb = (l: Value, ab: Value) =>
  labToRgb(concat([scale(shift(l, 1), LIGHTNESS), scale(ab, COLOUR)], 1));

/** Colour images come in and go out; the graph parts them into lightness, A, and colours, B. */
const LAB: PairFormat = {
  inputs: [{ name: 'rgb', channels: 3 }],
  visualNames: ['real_A', 'fake_B_rgb', 'real_B_rgb'],
  compared: ['fake_B_rgb', 'real_B_rgb'],
  generator: { inputNc: 3, outputNc: 3 },
  pair: (trace: Trace, size: ImageSize) => {
    const lab = rgbToLab(imageInput(trace, 'rgb', 3, size));
    return { realA: lightness(lab), realB: colours(lab) };
  },
  shown: ({ realA, fakeB, realB }) => ({
    real_A: realA,
    fake_B_rgb: toRgb(realA, fakeB),
    real_B_rgb: toRgb(realA, realB),
  }),
  around: (rgb, g) => {
    const l = lightness(rgbToLab(rgb));
    return toRgb(l, g(l));
  },
};
