import { AUTO, type ValueRange, valueRangeText } from '../options/valueRange.js';
import { paletteText } from './batch/palette.js';
import { BUILT_IN_DATASETS } from './builtInDatasets.js';
import { BadImageError } from './decode/badImage.js';
import type { DataOptions } from './options.js';
import { filesAt } from './pair/imageFolder.js';
import { pairAt } from './pair/pairs.js';
import type { SourcePlan } from './pair/sourcePlan.js';
import { measureRange } from './raster/measureRange.js';
import { type ImageFiles, readRasters } from './raster/readSide.js';

/** How a measurement is told of. */
export interface RangeSurroundings {
  readonly onProgress?: (text: string) => void;
  readonly onWarning?: (text: string) => void;
}

/** What `--value_range auto` came to. */
export interface MeasuredRanges {
  readonly valueRange?: string;
  readonly outputRange?: string;
  /** The colours of classes, in the first label image that has a palette. */
  readonly labelPalette?: string;
  /** What was found, for people. */
  readonly told: readonly string[];
}

/**
 * Measures what `--value_range auto` and `--output_range auto` stand for, in the images of the options' phase. Without
 * `--output_range`, what `--value_range auto` says holds for either side on its own.
 *
 * @throws Pix2PixError where the images cannot be found, or hold one number alone
 */
export async function measureRanges<Options extends DataOptions>(
  opt: Options,
  { onProgress, onWarning = () => {} }: RangeSurroundings,
): Promise<MeasuredRanges> {
  const { valueRange = '', outputRange = '' } = opt;
  const isOutputOpen = (outputRange || valueRange) === AUTO;
  const isPaletteOpen = (opt.labelNc ?? 0) > 0 && (opt.labelPalette ?? '') === '';
  const isOpen = valueRange === AUTO || isOutputOpen || isPaletteOpen;
  if (!isOpen || !Object.hasOwn(BUILT_IN_DATASETS, opt.datasetMode)) return { told: [] };
  const found = await BUILT_IN_DATASETS[opt.datasetMode](opt, { onProgress });
  if (!('kind' in found)) return { told: [] };
  const measure = async (role: 'input' | 'output') => {
    const { formats, direction } = found.opt;
    const side = (role === 'input') === (direction === 'AtoB') ? 'A' : 'B';
    const images = imagesOfSide(found, side, opt.maxDatasetSize);
    if (images === undefined || formats[side].kind !== 'values') return undefined;
    const { range, text } = await measureRange(images.count, images.filesAt, {
      onProgress,
      onBad: (error) => onWarning(`passed over: ${error.file}: ${error.reason}`),
    });
    return { text: `${role}: ${text}`, range: valueRangeText(briefly(range, formats[side].channels)) };
  };
  const input = valueRange === AUTO ? await measure('input') : undefined;
  const output = isOutputOpen ? await measure('output') : undefined;
  return {
    ...(isPaletteOpen && { labelPalette: await paletteOf(found) }),
    ...(valueRange === AUTO && { valueRange: input?.range ?? '' }),
    ...(isOutputOpen && { outputRange: output?.range ?? '' }),
    told: [input, output].flatMap((measured) => measured?.text ?? []),
  };
}

/** The palette of the first label image; none where it has none or cannot be read, which is told when its turn comes. */
async function paletteOf(plan: SourcePlan): Promise<string> {
  const { formats } = plan.opt;
  const sides = (['A', 'B'] as const).filter((side) => formats[side].kind === 'labels');
  for (const side of sides) {
    try {
      const files = imagesOfSide(plan, side, 1)?.filesAt(0);
      const [{ raster }] = files === undefined ? [{ raster: undefined }] : await readRasters(files);
      if (raster?.palette !== undefined) return paletteText(raster.palette);
    } catch (error) {
      if (!(error instanceof BadImageError)) throw error;
    }
  }
  return '';
}

/** One pair where all are equal, or where the channels will be others: grey that is repeated, colours made grey. */
function briefly(range: ValueRange, channels: number): ValueRange {
  const [low, high] = [
    Math.min(...range.map(([least]) => least)),
    Math.max(...range.map(([, most]) => most)),
  ];
  const isOne = range.every(([a, b]) => a === low && b === high) || range.length !== channels;
  return isOne ? [[low, high]] : range;
}

function imagesOfSide(
  plan: SourcePlan,
  side: 'A' | 'B',
  most: number,
): { readonly count: number; filesAt(index: number): ImageFiles } | undefined {
  if (plan.kind === 'single') {
    const count = Math.min(most, plan.images.names.length);
    return side === 'A' ? { count, filesAt: (index) => filesAt(plan.images, index) } : undefined;
  }
  if (plan.kind === 'unaligned') {
    const folder = plan.folders[side];
    return { count: Math.min(most, folder.names.length), filesAt: (index) => filesAt(folder, index) };
  }
  const { pairs } = plan;
  return {
    count: Math.min(most, pairs.length),
    filesAt: (index) => {
      const pair = pairAt(pairs, index);
      return pair.layout === 'sideBySide' ? { path: pair.path } : pair[side];
    },
  };
}
