import { fillDropoutMask } from '../../base/random/dropoutMask.js';
import { RandomStream } from '../../base/random/stream.js';
import { fillNormal } from '../../base/random/ziggurat.js';
import type { Program } from '../ir/program.js';

/** Which numbers a run draws: those of training and of testing are independent, and so is each draw of either. */
export interface RandomDraw {
  readonly seed: number;
  readonly purpose: 'dropout' | 'dropout.test';
  /** The same draw gives the same numbers. */
  readonly draw: number;
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
  const { seed, purpose, draw } = random;
  const rate = dropoutMasks.get(name);
  if (rate !== undefined) {
    fillDropoutMask(out, maskStream(program, name, random), rate);
    return true;
  }
  const kind = noises.get(name);
  if (kind === undefined) return false;
  const stream = new RandomStream(seed, purpose.replace('dropout', 'noise'), [draw, placeOf(name, noises)]);
  if (kind === 'normal') fillNormal(out, stream, 0, 1);
  else for (let i = 0; i < out.length; i++) out[i] = stream.uniform();
  return true;
}

/** The numbers that one of a program's dropout masks is made of, by `fillDropoutMask` or by a device itself. */
export function maskStream(
  { dropoutMasks }: Program,
  name: string,
  { seed, purpose, draw }: RandomDraw,
): RandomStream {
  return new RandomStream(seed, purpose, [draw, placeOf(name, dropoutMasks)]);
}

function placeOf(name: string, inputs: ReadonlyMap<string, unknown>): number {
  return [...inputs.keys()].indexOf(name);
}
