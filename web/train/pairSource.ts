import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import type { Sides } from '../../src/base/sides.js';
import { augmentation, planGeometry } from '../../src/data/batch/geometry.js';
import type { ImageBatch } from '../../src/data/batch/imageBatch.js';
import { cropPixels, type Pixels } from '../../src/data/batch/pixels.js';
import type { Sample } from '../../src/data/batch/sample.js';
import { BadImageError } from '../../src/data/decode/badImage.js';
import { renderFacade } from '../../src/data/make/facade/renderFacade.js';
import type { DataOptions } from '../../src/data/options.js';
import type { SampleContext, SampleSource } from '../../src/data/pair/sampleSource.js';

/** A file of one or both images of a pair. */
export interface NamedFile {
  readonly name: string;
  readonly file: Blob;
}

/** Where pairs come from. */
export type PairPlan =
  | { readonly kind: 'facades'; readonly count: number; readonly size: number }
  | { readonly kind: 'side by side'; readonly files: readonly NamedFile[] }
  | { readonly kind: 'two folders'; readonly A: readonly NamedFile[]; readonly B: readonly NamedFile[] };

/** Bytes R, G, B. */
export type Picture = Pixels<Uint8Array>;
/** A picture of its own size. */
export type Decode = (file: Blob) => Promise<Picture>;
/** Makes a picture another size. */
export type Resize = (picture: Picture, size: Sides) => Promise<Picture>;

/** What a page does with pictures, and Node in tests. */
export interface PictureReader {
  readonly decode: Decode;
  readonly resize: Resize;
}

const IMAGE = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;

/**
 * The images among files, in the order of their names' code points, as the command line has them. What is hidden, or in a
 * hidden folder, is no data.
 */
export function imagesOf(files: readonly NamedFile[]): NamedFile[] {
  const images = files.filter(({ name }) => IMAGE.test(name) && !/(^|\/)\./.test(name));
  return images.sort((a, b) => compareCodePoints(a.name, b.name));
}

function compareCodePoints(a: string, b: string): number {
  const [x, y] = [a, b].map((name) => Array.from(name, (character) => character.codePointAt(0)!));
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i] - y[i];
  return x.length - y.length;
}

/** Bytes of pictures that are kept: a page has a few gigabytes for everything. */
const MOST_KEPT = 512e6;

/**
 * Pairs to learn from. Decoded and resized pictures are kept, as many as there is memory for.
 * @param mostKept in bytes
 * @throws Pix2PixError when there is nothing to learn from, or names have no partner
 */
export function pairSource(
  plan: PairPlan,
  opt: DataOptions,
  reader: PictureReader,
  mostKept = MOST_KEPT,
): SampleSource {
  const pairs = readersOf(plan, opt.seed, reader);
  const kept = new Map<number, readonly [Picture, Picture]>();
  let room = mostKept;
  const prepared = async (index: number) => {
    const known = kept.get(index);
    if (known !== undefined) return known;
    const pair = await prepare(pairs.read, index);
    const bytes = pair[0].data.length + pair[1].data.length;
    if (bytes <= room && !kept.has(index)) {
      kept.set(index, pair);
      room -= bytes;
    }
    return pair;
  };
  const prepare = async (read: typeof pairs.read, index: number) => {
    const [a, b] = await read(index);
    const [to, toB] = [a, b].map((image) => planGeometry(opt, image, NOTHING).resized);
    if (to.width !== toB.width || to.height !== toB.height) throw unequal(pairs.name(index), a, b);
    const resized = (image: Picture) =>
      image.width === to.width && image.height === to.height ? image : reader.resize(image, to);
    return [await resized(a), await resized(b)] as const;
  };
  return {
    length: pairs.length,
    get: async (index: number, { epoch, seed }: SampleContext): Promise<Sample> => {
      const [a, b] = await prepared(index);
      const chance = augmentation(opt, seed, epoch, index, a);
      const { crop, output, flip } = planGeometry({ ...opt, preprocess: cropOf(opt) }, a, chance);
      if (output.width > a.width || output.height > a.height)
        throw tooSmall(pairs.name(index), a, opt.cropSize);
      const place = { left: crop?.left ?? 0, top: crop?.top ?? 0, ...output };
      const name = [pairs.name(index)];
      const [A, B] = [a, b].map((image) => toBatch(cropPixels(image, place, flip)));
      return { A, B, APaths: name, BPaths: name };
    },
  };
}

const NOTHING = { cropX: 0, cropY: 0, flip: false };

/** What is left to do with pictures that are resized already. */
function cropOf({ preprocess }: DataOptions): DataOptions['preprocess'] {
  return preprocess.includes('crop') ? 'crop' : preprocess;
}

interface PairReader {
  readonly length: number;
  name(index: number): string;
  read(index: number): Promise<readonly [Picture, Picture]>;
}

function readersOf(plan: PairPlan, seed: number, { decode }: PictureReader): PairReader {
  switch (plan.kind) {
    case 'facades':
      return {
        length: plan.count,
        name: (index) => `facade ${index + 1}`,
        read: async (index) => {
          const { photo, label, size } = renderFacade(seed, index, plan.size);
          const image = (data: Uint8Array): Picture => ({ data, width: size, height: size, channels: 3 });
          return [image(photo), image(label)];
        },
      };
    case 'side by side': {
      const files = imagesOf(plan.files);
      requireSome(files.length, 'a folder of images that each hold A on the left and B on the right');
      return {
        length: files.length,
        name: (index) => files[index].name,
        read: async (index) => halves(await decoded(files[index], decode)),
      };
    }
    case 'two folders': {
      const [A, B] = [imagesOf(plan.A), imagesOf(plan.B)];
      requireSame(A, B);
      requireSome(A.length, 'two folders of images with the same names');
      return {
        length: A.length,
        name: (index) => A[index].name,
        read: async (index) => Promise.all([decoded(A[index], decode), decoded(B[index], decode)]),
      };
    }
  }
}

async function decoded({ name, file }: NamedFile, decode: Decode): Promise<Picture> {
  try {
    return await decode(file);
  } catch (error) {
    throw new BadImageError(name, (error as Error).message);
  }
}

function halves(picture: Picture): readonly [Picture, Picture] {
  const [width, height] = [picture.width >> 1, picture.height];
  return [0, width].map((left) => cropPixels(picture, { left, top: 0, width, height }, false)) as [
    Picture,
    Picture,
  ];
}

function toBatch({ data, width, height, channels }: Picture): ImageBatch {
  return { data, shape: [1, height, width, channels] };
}

function requireSome(count: number, wanted: string): void {
  if (count > 0) return;
  throw new Pix2PixError('there are no images to learn from', {}, `choose ${wanted}`);
}

function requireSame(A: readonly NamedFile[], B: readonly NamedFile[]): void {
  const [a, b] = [A, B].map((files) => new Set(files.map(({ name }) => name)));
  const alone = [...a].find((name) => !b.has(name)) ?? [...b].find((name) => !a.has(name));
  if (alone === undefined) return;
  const facts = { A: `${a.size} images`, B: `${b.size} images`, 'without a partner': alone };
  throw new Pix2PixError(
    'the two folders do not hold the same names',
    facts,
    'give both images of a pair one name',
  );
}

function unequal(name: string, a: Sides, b: Sides): BadImageError {
  return new BadImageError(name, `A has ${a.width}x${a.height} pixels, B ${b.width}x${b.height}`);
}

function tooSmall(name: string, { width, height }: Sides, crop: DataOptions['cropSize']): BadImageError {
  return new BadImageError(name, `it has ${width}x${height} pixels, fewer than the ${crop} that are cut out`);
}
