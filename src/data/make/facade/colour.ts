import type { Colour, Texel } from './canvas.js';

/** sRGB bytes to linear light (IEC 61966-2-1). */
export function srgb(red: number, green: number, blue: number): Colour {
  return [decode(red), decode(green), decode(blue)];
}

function decode(byte: number): number {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** The colour between two, `t` of the way. */
export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** Moves the colour in `texel` towards another, in place: materials call this for every sample. */
export function blend(texel: Texel, colour: Colour, t: number): void {
  texel[0] += (colour[0] - texel[0]) * t;
  texel[1] += (colour[1] - texel[1]) * t;
  texel[2] += (colour[2] - texel[2]) * t;
}

/** The colour at another brightness. */
export function shade(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

const STEPS = 4096;
const encodeTable = Uint8Array.from({ length: STEPS + 1 }, (_, i) => {
  const linear = i / STEPS;
  const value = linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(value * 255);
});

/** Linear light to an sRGB byte; what is brighter than white is white. */
export function encodeSrgb(linear: number): number {
  return encodeTable[linear <= 0 ? 0 : linear >= 1 ? STEPS : Math.round(linear * STEPS)];
}
