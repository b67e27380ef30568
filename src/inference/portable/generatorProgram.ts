import { type Program, withoutUpdates } from '../../engine/ir/program.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { sizeUnit } from '../../models/networks/define.js';
import type { NormMode } from './generatorInfo.js';
import type { TrainedGenerator } from './trainedGenerator.js';

/** The name of the program's image. */
export const INPUT = 'image';

/** The smallest image with which every generator can be traced: mirrored edges need more than they add. */
const SMALLEST = 64;

/** The side of the smallest image that says all about a generator. */
export function sampleSide({ netG }: Pick<TrainedGenerator, 'netG'>): number {
  return Math.max(SMALLEST, sizeUnit(netG));
}

/** The forward pass that training and `pix2pix test` make, for one image; its dropout masks are inputs. */
export function traceGenerator(
  { apply, inputNc }: Pick<TrainedGenerator, 'apply' | 'inputNc'>,
  normMode: NormMode,
  { height, width }: { readonly height: number; readonly width: number },
): { readonly input: Value; readonly output: Value; readonly program: Program } {
  const trace = new Trace(normMode === 'batch');
  const input = trace.input(INPUT, f32(1, inputNc, height, width));
  const output = apply(trace, input);
  return { input, output, program: withoutUpdates(trace.program({ output })) };
}
