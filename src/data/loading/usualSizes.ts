import { type Sample, sizeInWords } from '../batch/sample.js';
import { BadImageError } from '../decode/badImage.js';

/** Sizes and channels of a sample's two images, in words. */
export interface SampleSizes {
  readonly A: string;
  readonly B: string;
}

/** So many samples are looked at, spread evenly over the data set. */
const LOOKED_AT = 33;

export function sizesOf({ A, B }: Sample): SampleSizes {
  return { A: sizeInWords(A), B: sizeInWords(B) };
}

export function areEqual(a: SampleSizes, b: SampleSizes): boolean {
  return a.A === b.A && a.B === b.B;
}

/**
 * The sizes that more than half of a data set's samples have, as far as some of them tell; undefined where there are no
 * such sizes. They depend on the data set alone, so that a training that is continued leaves out the same images.
 *
 * @param make the sample at an index; undefined where it cannot be used
 */
export async function usualSizes(
  length: number,
  make: (index: number) => Promise<Sample | undefined>,
): Promise<SampleSizes | undefined> {
  const count = Math.min(LOOKED_AT, length);
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
  const samples = (await Promise.all(indices.map(make))).filter((sample) => sample !== undefined);
  const all = samples.map(sizesOf);
  return all.find((sizes) => 2 * all.filter((other) => areEqual(sizes, other)).length > all.length);
}

/** Why a sample of other sizes than most is left out. */
export function unusual(sample: Sample, usual: SampleSizes): BadImageError {
  const found = sizesOf(sample);
  const side = found.A === usual.A ? 'B' : 'A';
  return new BadImageError(
    sample[`${side}Paths`][0],
    `it becomes ${found[side]}; most images become ${usual[side]}, and those of a batch are of one size`,
    'resize it, or pass --preprocess resize_and_crop or --batch_size 1',
  );
}
