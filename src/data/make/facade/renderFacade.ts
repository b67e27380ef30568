import { RandomStream } from '../../../base/random/stream.js';
import { Canvas } from './canvas.js';
import { between } from './chance.js';
import { encodeSrgb } from './colour.js';
import { FACADE_CLASSES, FACADE_COLOURS } from './labels.js';
import { light } from './lighting.js';
import { paintFacade } from './paintFacade.js';
import { planFacade } from './plan.js';
import { chooseStyle } from './style.js';

/** One pair: RGB bytes, row by row, each `size` × `size` × 3. */
export interface FacadePair {
  readonly photo: Uint8Array;
  readonly label: Uint8Array;
  readonly size: number;
}

/** Thin parts (bars of a railing) need this many samples across the image to be drawn evenly. */
const LEAST_SAMPLES = 384;

/**
 * Draws one facade as a label map and as a photograph of it. The same (seed, index) is the same building at every
 * size, and the same bytes at the same size; images do not depend on each other.
 *
 * @param seed any safe integer
 * @param index which image of the set, from 0
 * @param size width and height in pixels
 */
export function renderFacade(seed: number, index: number, size: number): FacadePair {
  const stream = new RandomStream(seed, 'facade', [index]);
  const style = chooseStyle(stream);
  const plan = planFacade(stream, style.kind);
  const strength = between(stream, 0.9, 1.08);
  const factor = Math.max(2, Math.ceil(LEAST_SAMPLES / size));
  const canvas = new Canvas(size * factor);
  paintFacade(canvas, stream, plan, style);
  light(canvas, strength);
  return {
    photo: develop(canvas, size, factor, style.grain.salt),
    label: labelMap(canvas, size, factor),
    size,
  };
}

/** Averages factor² samples a pixel in linear light, then encodes, with the grain of a sensor. */
function develop({ red, green, blue, side }: Canvas, size: number, factor: number, salt: number): Uint8Array {
  const photo = new Uint8Array(size * size * 3);
  const scale = 1 / (factor * factor);
  const noise = new RandomStream(salt, 'facade grain');
  const grain = Float32Array.from({ length: 4099 }, () => 1 + 0.018 * noise.normal());
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let dy = 0; dy < factor; dy++) {
        const row = (y * factor + dy) * side + x * factor;
        for (let at = row; at < row + factor; at++) {
          r += red[at];
          g += green[at];
          b += blue[at];
        }
      }
      const pixel = y * size + x;
      const exposure = scale * grain[(pixel + y * 31) % grain.length];
      photo[pixel * 3] = encodeSrgb(r * exposure);
      photo[pixel * 3 + 1] = encodeSrgb(g * exposure);
      photo[pixel * 3 + 2] = encodeSrgb(b * exposure);
    }
  }
  return photo;
}

const PALETTE = Uint8Array.from(FACADE_CLASSES.flatMap((name) => FACADE_COLOURS[name]));

/** The class at the middle of each pixel: no mixed colours. */
function labelMap({ label, side }: Canvas, size: number, factor: number): Uint8Array {
  const map = new Uint8Array(size * size * 3);
  const middle = factor >> 1;
  for (let y = 0; y < size; y++) {
    const row = (y * factor + middle) * side + middle;
    for (let x = 0; x < size; x++) {
      const colour = label[row + x * factor] * 3;
      const pixel = (y * size + x) * 3;
      map[pixel] = PALETTE[colour];
      map[pixel + 1] = PALETTE[colour + 1];
      map[pixel + 2] = PALETTE[colour + 2];
    }
  }
  return map;
}
