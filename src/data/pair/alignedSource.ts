import { checkGeometry } from '../augment/checkGeometry.js';
import { applyCutout } from '../augment/cutout.js';
import { imageAugmentation } from '../augment/imageAugmentation.js';
import type { PreparationOptions } from '../augment/preparationOptions.js';
import { type ImagePart, preparePadded, sizeBeforePadding } from '../augment/preparedImage.js';
import { augmentation, type Geometry, planGeometry } from '../batch/geometry.js';
import type { Sample } from '../batch/sample.js';
import type { ImageReader } from '../cache/imageReader.js';
import { BadImageError } from '../decode/badImage.js';
import type { OnFileNote } from '../decode/decodeNote.js';
import { type ImagePair, type PairList, pairAt } from './pairs.js';
import type { SampleContext, SampleSource } from './sampleSource.js';

/**
 * Paired images: the halves of one file or two files of equal names. Both images of a pair get the same resize, crop
 * and flip. `--direction` does not swap them (the model does); it only says which has `input_nc` channels.
 *
 * Source: the reference's data/aligned_dataset.py
 */
export class AlignedSource implements SampleSource {
  constructor(
    private readonly opt: PreparationOptions,
    private readonly pairs: PairList,
    private readonly reader: ImageReader,
  ) {}

  get length(): number {
    return this.pairs.length;
  }

  /** @throws BadImageError when the pair at `index` cannot be used */
  async get(index: number, { epoch, seed, onNote }: SampleContext): Promise<Sample> {
    const { opt } = this;
    const { photoSide = 'A' } = opt;
    const [a, b] = await this.read(pairAt(this.pairs, index), onNote);
    noteSizes(a, b, onNote);
    const chance = augmentation(opt, seed, epoch, index, a.size);
    const { angle, colour, cutout } = imageAugmentation(opt, seed, epoch, index);
    const geometry = { ...planGeometry(opt, a.size, chance), angle };
    requireEqualSizes(a, b, geometry, planGeometry(opt, b.size, chance));
    checkGeometry(a, geometry, opt);
    const [A, B] = await Promise.all([
      preparePadded(a, geometry, photoSide === 'A' ? colour : undefined, opt),
      preparePadded(b, geometry, photoSide === 'B' ? colour : undefined, opt),
    ]);
    if (cutout !== undefined) applyCutout(opt.direction === 'BtoA' ? B : A, cutout);
    return { A, B, APaths: [a.path], BPaths: [b.path], ...sizeBeforePadding(geometry, opt) };
  }

  private async read(pair: ImagePair, onNote?: OnFileNote): Promise<[ImagePart, ImagePart]> {
    const { reader } = this;
    const { A, B } = this.opt.formats;
    if (pair.layout === 'sideBySide') return reader.halves(pair.path, [A, B], onNote);
    return Promise.all([reader.whole(pair.A, A, onNote), reader.whole(pair.B, B, onNote)]);
  }
}

/** Where each is resized to the same size, the two need not show the same thing place for place. */
function noteSizes(a: ImagePart, b: ImagePart, onNote?: OnFileNote): void {
  const [sizeA, sizeB] = [a, b].map(({ size: { width, height } }) => `${width}x${height}`);
  if (sizeA === sizeB) return;
  const text = `it has ${sizeB} pixels, its partner ${a.path} ${sizeA}, and each is resized by itself: are they aligned?`;
  onNote?.(b.path, { kind: 'sizes', text });
}

function requireEqualSizes(a: ImagePart, b: ImagePart, geometry: Geometry, geometryB: Geometry): void {
  const { width, height } = geometry.resized;
  if (width === geometryB.resized.width && height === geometryB.resized.height) return;
  throw new BadImageError(
    b.path,
    `it has ${b.size.width}x${b.size.height} pixels, its partner ${a.path} ${a.size.width}x${a.size.height}`,
    'give both the same size, or pass --preprocess resize_and_crop',
  );
}
