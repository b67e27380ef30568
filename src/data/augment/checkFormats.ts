import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { parseBands } from '../../options/bands.js';
import { type Formats, formatsOf, type SideFormat } from '../batch/sideFormat.js';
import type { DataOptions } from '../options.js';

/** @throws Pix2PixError for options of pixels that contradict each other */
export function checkFormats(opt: DataOptions): void {
  const { input, output } = formatsOf(opt);
  checkRange('value_range', opt.valueRange, input, 'input_nc');
  checkRange(
    opt.outputRange ? 'output_range' : 'value_range',
    opt.outputRange || opt.valueRange,
    output,
    'output_nc',
  );
  checkJitter(opt, { input, output });
  checkLabels(opt);
  checkBands(opt, { input, output });
  if (input.kind === 'labels' && opt.inputFolders) {
    throw new Pix2PixError(
      'labels are one image',
      { label_nc: opt.labelNc ?? 0, input_folders: opt.inputFolders },
      'leave out --input_folders',
    );
  }
}

/** Numbers and colours of classes are nothing without classes. */
function checkLabels({ labelNc = 0, ignoreLabel = -1, labelPalette = '' }: DataOptions): void {
  if (labelNc > 0 || (ignoreLabel < 0 && labelPalette === '')) return;
  throw new Pix2PixError(
    ignoreLabel >= 0 ? '--ignore_label is about labels' : '--label_palette is about labels',
    { label_nc: labelNc, ignore_label: ignoreLabel, label_palette: labelPalette || 'none' },
    'pass the number of classes as --label_nc, or leave it out',
  );
}

/** `--show_bands` names channels that images of either side have. */
function checkBands({ showBands = '' }: DataOptions, formats: Formats): void {
  const bands = parseBands(showBands);
  if (bands === undefined) return;
  const most = Math.max(...[formats.input, formats.output].map(({ channels }) => channels));
  if (Math.max(...bands) < most) return;
  throw new Pix2PixError(
    '--show_bands names a channel that no image has',
    { show_bands: showBands, input: formats.input.channels, output: formats.output.channels },
    `channels are counted from 0: the last one is ${most - 1}`,
  );
}

/** A range is one for all channels, or one for each. */
function checkRange(flag: string, text: string | undefined, format: SideFormat, channelsFlag: string): void {
  if (format.kind !== 'values' || format.range === undefined) return;
  const { range, channels } = format;
  if (range.length === 1 || range.length === channels) return;
  throw new Pix2PixError(
    'there are other ranges than channels',
    { [flag]: text ?? '', ranges: range.length, [channelsFlag]: channels },
    'give one pair of numbers for all channels, or one for each',
  );
}

/** `--color_jitter` changes red, green and blue of pictures. */
function checkJitter(
  { colorJitter = 0, photoSide = 'A', direction }: DataOptions,
  formats: { readonly input: SideFormat; readonly output: SideFormat },
): void {
  const format = (photoSide === 'A') === (direction === 'AtoB') ? formats.input : formats.output;
  const hasColours = format.kind === 'bytes' || (format.kind === 'values' && format.channels === 3);
  if (colorJitter === 0 || hasColours) return;
  throw new Pix2PixError(
    '--color_jitter changes colours, and these images have none',
    { photo_side: photoSide, images: `${format.channels} channels of ${format.kind}` },
    'leave it out, or name the other side by --photo_side',
  );
}
