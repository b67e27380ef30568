import { type Formats, formatsOf } from '../../data/batch/sideFormat.js';
import { PIXEL_OPTIONS } from '../../options/pixelOptions.js';
import { camelCase, defaultOf, type OptionValues } from '../../options/spec.js';
import type { GeneratorInfo } from './generatorInfo.js';

/** What a generator was trained to see and to make, as the options of its training say. */
export function formatsOfGenerator({ inputNc, outputNc, options }: GeneratorInfo): Formats {
  return formatsOf({ inputNc, outputNc, ...pixelOptions(options) });
}

/** The options of pixels among those of a training; what is missing or of another type is the default. */
export function pixelOptions(options: GeneratorInfo['options']): OptionValues<typeof PIXEL_OPTIONS> {
  const entries = Object.entries(PIXEL_OPTIONS).map(([flag, spec]) => {
    const value = options[flag];
    const usual = defaultOf(spec);
    return [camelCase(flag), typeof value === typeof usual ? value : usual];
  });
  return Object.fromEntries(entries);
}
