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
  program: Pick<Program, 'inputs' | 'dropoutMasks' | 'noises'>,
  name: string,
  { firstImage = 0, ...draw }: RandomDraw,
  out: Float32Array,
): boolean {
  if (firstImage === 0) return drawFromStart(program, name, draw, out);
  const [images] = program.inputs.get(name)!.shape;
  const before = (out.length / images) * firstImage;
  const all = new Float32Array(before + out.length);
  const isDrawn = drawFromStart(program, name, draw, all);
  out.set(all.subarray(before));
  return isDrawn;
}

function drawFromStart(
  { dropoutMasks, noises }: Pick<Program, 'dropoutMasks' | 'noises'>,
  name: string,
  { seed, purpose, draw }: RandomDraw,
  out: Float32Array,
): boolean {
  const rate = dropoutMasks.get(name);
  if (rate !== undefined) {
    fillDropoutMask(out, new RandomStream(seed, purpose, [draw, placeOf(name, dropoutMasks)]), rate);
    return true;
  }
  const kind = noises.get(name);
  if (kind === undefined) return false;
  const stream = new RandomStream(seed, purpose.replace('dropout', 'noise'), [draw, placeOf(name, noises)]);
  if (kind === 'normal') fillNormal(out, stream, 0, 1);
  else for (let i = 0; i < out.length; i++) out[i] = stream.uniform();
  return true;
}

function placeOf(name: string, inputs: ReadonlyMap<string, unknown>): number {
  return [...inputs.keys()].indexOf(name);
}
