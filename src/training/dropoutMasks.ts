import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import { fillDropoutMask } from '../random/dropoutMask.js';
import { RandomStream } from '../random/stream.js';

/** Which masks: those of training and of testing are independent, and so is each draw of either. */
export interface MaskDraw {
  readonly purpose: 'dropout' | 'dropout.test';
  /** The same draw gives the same masks. */
  readonly draw: number;
}

/** The masks that one run of a program takes, by the names of its inputs. */
export function dropoutMasks(
  program: Program,
  seed: number,
  { purpose, draw }: MaskDraw,
): Record<string, Float32Array> {
  const masks = [...program.dropoutMasks].map(([name, rate], index) => {
    const mask = new Float32Array(elementCount(program.inputs.get(name)!.shape));
    fillDropoutMask(mask, new RandomStream(seed, purpose, [draw, index]), rate);
    return [name, mask];
  });
  return Object.fromEntries(masks);
}
