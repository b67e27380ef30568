import type { ImageFormat } from '../../models/images.js';
import type { PIXEL_OPTIONS } from '../../options/pixelOptions.js';
import { parseResizeFilters, type ResizeFilter } from '../../options/resizeFilters.js';
import type { OptionValues } from '../../options/spec.js';
import { parseValueRange, type ValueRange } from '../../options/valueRange.js';

/** What the images of a side are, and so what becomes of them. */
export type SideFormat = BytesFormat | ValuesFormat | LabelsFormat;

/** Pictures: 8 bits of colours or luma, which networks see as -1 ... 1. */
export interface BytesFormat {
  readonly kind: 'bytes';
  readonly channels: 1 | 3;
}

/** Numbers of any type in any number of channels. */
export interface ValuesFormat {
  readonly kind: 'values';
  readonly channels: number;
  /** What becomes -1 and 1; absent: the range of a file's type. */
  readonly range?: ValueRange;
  readonly filter: ResizeFilter;
  /** The option that says how many channels there are. */
  readonly flag: '--input_nc' | '--output_nc';
}

/** The numbers of classes: each is a channel that is 1 where it is and -1 elsewhere. */
export interface LabelsFormat {
  readonly kind: 'labels';
  /** 1 ... 255. */
  readonly channels: number;
  /** The number of pixels that are of no class: -1 in all channels. */
  readonly ignored?: number;
}

/** The options that formats depend on. */
export type FormatOptions = Partial<OptionValues<typeof PIXEL_OPTIONS>> & {
  readonly inputNc: number;
  readonly outputNc: number;
};

/** The formats of what goes into a generator and of what comes out of it. */
export interface Formats {
  readonly input: SideFormat;
  readonly output: SideFormat;
}

/** The formats that options ask for. Both sides are bytes or neither: a program takes images of one kind. */
export function formatsOf(opt: FormatOptions): Formats {
  const { valueRange = '', outputRange = '', inputFolders = '', resizeFilter = 'bicubic' } = opt;
  const [inputFilter, outputFilter] = parseResizeFilters(resizeFilter);
  const ranges = [valueRange, outputRange || valueRange];
  const isPlain =
    [opt.inputNc, opt.outputNc].every((channels) => channels === 1 || channels === 3) &&
    [...ranges, inputFolders].every((text) => text === '') &&
    (opt.labelNc ?? 0) === 0 &&
    [inputFilter, outputFilter].every((filter) => filter === 'bicubic');
  if (isPlain) return { input: bytes(opt.inputNc), output: bytes(opt.outputNc) };
  return {
    input: isLabels('input', opt) ? labels(opt) : values('--input_nc', opt.inputNc, ranges[0], inputFilter),
    output: isLabels('output', opt)
      ? labels(opt)
      : values('--output_nc', opt.outputNc, ranges[1], outputFilter),
  };
}

export const bytes = (channels: number): BytesFormat => ({ kind: 'bytes', channels: channels === 1 ? 1 : 3 });

function values(
  flag: ValuesFormat['flag'],
  channels: number,
  range: string,
  filter: ResizeFilter,
): ValuesFormat {
  const parsed = parseValueRange(range);
  return { kind: 'values', channels, filter, flag, ...(parsed && { range: parsed }) };
}

function isLabels(side: 'input' | 'output', { labelNc = 0, labelSide = 'input' }: FormatOptions): boolean {
  return labelNc > 0 && (labelSide === 'both' || labelSide === side);
}

function labels({ labelNc = 0, ignoreLabel = -1 }: FormatOptions): LabelsFormat {
  return { kind: 'labels', channels: labelNc, ...(ignoreLabel >= 0 && { ignored: ignoreLabel }) };
}

/** How the images of a data set of this package reach the programs. */
export function imageFormatOf(opt: FormatOptions & { readonly datasetMode: string }): ImageFormat {
  const arePictures = opt.datasetMode === 'colorization' || opt.datasetMode === 'mnist';
  return arePictures || formatsOf(opt).input.kind === 'bytes' ? 'u8' : 'f32';
}
