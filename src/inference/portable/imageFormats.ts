import { type FormatOptions, type Formats, formatsOf, type SideFormat } from '../../data/batch/sideFormat.js';
import { PIXEL_OPTIONS } from '../../options/pixelOptions.js';
import { camelCase, defaultOf, type OptionValues } from '../../options/spec.js';
import { ClassPalette } from './classPalette.js';
import type { GeneratorInfo } from './generatorInfo.js';

/** What is needed of a generator to know them. */
type Described = Pick<GeneratorInfo, 'inputNc' | 'outputNc' | 'options'>;

/** What a generator was trained to see and to make, as the options of its training say. */
export function formatsOfGenerator(generator: Described): Formats {
  return formatsOf(formatOptions(generator));
}

/** The options that its formats depend on. */
export function formatOptions({ inputNc, outputNc, options }: Described): FormatOptions {
  return { inputNc, outputNc, ...pixelOptions(options) };
}

/** Whether images of a side can be drawn, as those that a page gives a generator are: grey, in colours, or of classes. */
export function canBeDrawn({ kind, channels }: SideFormat): boolean {
  return kind === 'labels' || channels === 1 || channels === 3;
}

/** The colours that the classes of its input are drawn in; undefined where the input is no label map. */
export function inputPalette(generator: Described): ClassPalette | undefined {
  const { input } = formatsOfGenerator(generator);
  const { labelPalette } = pixelOptions(generator.options);
  return input.kind === 'labels' ? new ClassPalette(input, labelPalette) : undefined;
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
