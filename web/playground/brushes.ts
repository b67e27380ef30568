import type { GeneratorInfo } from '../../src/inference/portable/generatorInfo.js';
import { formatsOfGenerator } from '../../src/inference/portable/imageFormats.js';
import type { Brush } from '../../src/inference/portable/modelIndex.js';

/** Where the data has no labels. */
export const COLOURS: readonly Brush[] = [
  { colour: [0, 0, 0], name: 'black' },
  { colour: [255, 255, 255], name: 'white' },
  { colour: [128, 128, 128], name: 'grey' },
  { colour: [196, 60, 48], name: 'red' },
  { colour: [232, 170, 60], name: 'yellow' },
  { colour: [60, 140, 72], name: 'green' },
  { colour: [56, 104, 196], name: 'blue' },
  { colour: [120, 80, 48], name: 'brown' },
];

/** The same of a generator that takes one channel: two colours of one brightness would be the same to it. */
export const GREYS: readonly Brush[] = [
  { colour: [0, 0, 0], name: 'black' },
  { colour: [64, 64, 64], name: 'dark grey' },
  { colour: [128, 128, 128], name: 'grey' },
  { colour: [192, 192, 192], name: 'light grey' },
  { colour: [255, 255, 255], name: 'white' },
];

/** Inks besides the brushes that mean something to a generator: its classes alone have none. */
export type OtherInk = 'colour' | 'grey' | 'none';

/** Those of the generator. */
export function otherInk(info: GeneratorInfo): OtherInk {
  const { input } = formatsOfGenerator(info);
  if (input.kind === 'labels') return 'none';
  return input.channels === 1 ? 'grey' : 'colour';
}
