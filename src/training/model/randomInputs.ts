import { fillDropoutMask } from '../../base/random/dropoutMask.js';
import { RandomStream } from '../../base/random/stream.js';
import { fillNormal } from '../../base/random/ziggurat.js';
import type { Program } from '../../engine/ir/program.js';
import { elementCount } from '../../engine/ir/tensorType.js';

/** Which numbers: those of training and of testing are independent, and so is each draw of either. */
export interface Draw {
  readonly purpose: 'dropout' | 'dropout.test';
  /** The same draw gives the same numbers. */
  readonly draw: number;
}

/** The dropout masks and the noise that one run of a program takes, by the names of its inputs. */
export function randomInputs(
  program: Program,
  seed: number,
  { purpose, draw }: Draw,
): Record<string, Float32Array> {
  const memory = (name: string) => new Float32Array(elementCount(program.inputs.get(name)!.shape));
  const masks = [...program.dropoutMasks].map(([name, rate], index): [string, Float32Array] => {
    const mask = memory(name);
    fillDropoutMask(mask, new RandomStream(seed, purpose, [draw, index]), rate);
    return [name, mask];
  });
  const noises = [...program.noises].map(([name, kind], index): [string, Float32Array] => {
    const numbers = memory(name);
    const stream = new RandomStream(seed, purpose.replace('dropout', 'noise'), [draw, index]);
    if (kind === 'normal') fillNormal(numbers, stream, 0, 1);
    else for (let i = 0; i < numbers.length; i++) numbers[i] = stream.uniform();
    return [name, numbers];
  });
  return Object.fromEntries([...masks, ...noises]);
}
