import { BadImageError } from './badImage.js';
import type { ColourChange } from './colourChange.js';
import { decodeImage, MAX_PIXELS, type RgbImage } from './decode.js';
import { augmentation, type Geometry, planGeometry } from './geometry.js';
import { hide } from './hide.js';
import type { ImageBatch, Sample } from './imageBatch.js';
import type { DataOptions } from './options.js';
import { type ImagePair, type PairList, pairAt } from './pairs.js';
import type { SampleSource } from './sampleSource.js';
import { type Region, transformImage } from './transform.js';
import { variation } from './variation.js';

/** The options that decide what a pair becomes. Plain data, so that they can be sent to a worker. */
export type AlignedOptions = Pick<
  DataOptions,
  | 'preprocess'
  | 'loadSize'
  | 'cropSize'
  | 'noFlip'
  | 'isTrain'
  | 'direction'
  | 'inputNc'
  | 'outputNc'
  | 'rotate'
  | 'colorJitter'
  | 'photoSide'
  | 'cutout'
>;

/** An image and the part of it that is A or B. */
interface Half {
  readonly path: string;
  readonly image: RgbImage;
  readonly region: Region;
}

/**
 * Paired images: the halves of one file or two files of equal names. Both images of a pair get the same resize, crop
 * and flip. `--direction` does not swap them (the model does); it only says which has `input_nc` channels.
 *
 * Source: the reference's data/aligned_dataset.py
 */
export class AlignedSource implements SampleSource {
  constructor(
    readonly opt: AlignedOptions,
    readonly pairs: PairList,
  ) {}

  get length(): number {
    return this.pairs.length;
  }

  /** @throws BadImageError when the pair at `index` cannot be used */
  async get(index: number, { epoch, seed }: { epoch: number; seed: number }): Promise<Sample> {
    const { opt } = this;
    const { photoSide = 'A' } = opt;
    const [a, b] = await readPair(pairAt(this.pairs, index));
    const chance = augmentation(opt, seed, epoch, index, a.region);
    const { angle, colour, cutout } = variation(opt, seed, epoch, index);
    const geometry = { ...planGeometry(opt, a.region, chance), angle };
    checkGeometry(a, b, geometry, planGeometry(opt, b.region, chance));
    const isBtoA = opt.direction === 'BtoA';
    const [A, B] = await Promise.all([
      toImageBatch(a, geometry, isBtoA ? opt.outputNc : opt.inputNc, photoSide === 'A' ? colour : undefined),
      toImageBatch(b, geometry, isBtoA ? opt.inputNc : opt.outputNc, photoSide === 'B' ? colour : undefined),
    ]);
    if (cutout !== undefined) hide(isBtoA ? B : A, cutout);
    return { A, B, APaths: [a.path], BPaths: [b.path] };
  }
}

async function readPair(pair: ImagePair): Promise<[Half, Half]> {
  if (pair.layout === 'separate') {
    const [a, b] = await Promise.all([decodeImage(pair.pathA), decodeImage(pair.pathB)]);
    return [whole(pair.pathA, a), whole(pair.pathB, b)];
  }
  const { path } = pair;
  const image = await decodeImage(path);
  const { width, height } = image;
  if (width % 2 !== 0) {
    throw new BadImageError(
      path,
      `it is ${width} pixels wide: an odd width has no two equal halves A|B`,
      'make its width even, or put A and B into two folders (<phase>A and <phase>B)',
    );
  }
  const half = { top: 0, width: width / 2, height };
  return [
    { path, image, region: { left: 0, ...half } },
    { path, image, region: { left: width / 2, ...half } },
  ];
}

function whole(path: string, image: RgbImage): Half {
  return { path, image, region: { left: 0, top: 0, width: image.width, height: image.height } };
}

/** Refuses sizes that libvips or the batch could not take, before anything is allocated. */
function checkGeometry(a: Half, b: Half, geometry: Geometry, geometryB: Geometry): void {
  const { width, height } = geometry.resized;
  if (width !== geometryB.resized.width || height !== geometryB.resized.height) {
    throw new BadImageError(
      b.path,
      `it has ${b.region.width}x${b.region.height} pixels, its partner ${a.path} ${a.region.width}x${a.region.height}`,
      'give both the same size, or pass --preprocess resize_and_crop',
    );
  }
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) {
    throw new BadImageError(
      a.path,
      `its ${a.region.width}x${a.region.height} pixels would become ${width}x${height}`,
      'replace or remove the file, or choose another --preprocess',
    );
  }
}

async function toImageBatch(
  half: Half,
  geometry: Geometry,
  channels: number,
  colour: ColourChange | undefined,
): Promise<ImageBatch> {
  const data = await transformImage(half.image, half.region, geometry, channels === 1 ? 1 : 3, colour);
  const { width, height } = geometry.output;
  return { data, shape: [1, height, width, channels === 1 ? 1 : 3] };
}
