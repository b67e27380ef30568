import { fillDropoutMask } from '../../base/random/dropoutMask.js';
import { RandomStream } from '../../base/random/stream.js';
import { fillNormal } from '../../base/random/ziggurat.js';
import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';

/** Which numbers a run draws: those of training and of testing are independent, and so is each draw of either. */
export interface RandomDraw {
  readonly seed: number;
  readonly purpose: 'dropout' | 'dropout.test';
  /** The same draw gives the same numbers. */
  readonly draw: number;
  /**
   * Place of the run's first image in the draw, where other processes have the images before it; default: 0. Inputs have
   * an image along their first axis.
   */
  readonly firstImage?: number;
}

/**
 * Fills one of a program's dropout masks or noises: a function of the draw and the input's place among its kind alone,
 * so that every device draws the same.
 *
 * @returns false where the program has no such input
 */
export function drawRandomInput(
  program: Program,
  name: string,
  random: RandomDraw,
  out: Float32Array,
): boolean {
  const { dropoutMasks, noises } = program;
  const rate = dropoutMasks.get(name);
  if (rate !== undefined) {
    fillDropoutMask(out, maskStream(program, name, random), rate);
    return true;
  }
  const kind = noises.get(name);
  if (kind === undefined) return false;
  const { seed, purpose, draw } = random;
  const stream = new RandomStream(seed, purpose.replace('dropout', 'noise'), [draw, placeOf(name, noises)]);
  const before = numbersBefore(program, name, random);
  if (kind === 'uniform') {
    stream.position = before;
    for (let i = 0; i < out.length; i++) out[i] = stream.uniform();
    return true;
  }
  const all = before === 0 ? out : new Float32Array(before + out.length); // a number may take several of the stream's
  fillNormal(all, stream, 0, 1);
  if (all !== out) out.set(all.subarray(before));
  return true;
}

/** The numbers that one of a program's dropout masks is made of, by `fillDropoutMask` or by a device itself. */
export function maskStream(program: Program, name: string, random: RandomDraw): RandomStream {
  const { seed, purpose, draw } = random;
  const coordinates = [draw, placeOf(name, program.dropoutMasks)];
  return new RandomStream(seed, purpose, coordinates, numbersBefore(program, name, random));
}

/** Numbers of an input's draw that are those of other processes' images. */
function numbersBefore({ inputs }: Program, name: string, { firstImage = 0 }: RandomDraw): number {
  if (firstImage === 0) return 0;
  const { shape } = inputs.get(name)!;
  return (firstImage * elementCount(shape)) / shape[0];
}

function placeOf(name: string, inputs: ReadonlyMap<string, unknown>): number {
  return [...inputs.keys()].indexOf(name);
}
