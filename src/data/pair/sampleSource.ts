import type { Sample } from '../batch/sample.js';
import type { OnFileNote } from '../decode/decodeNote.js';
import type { ImageFolder } from './imageFolder.js';

/** The values that the contents of a sample may depend on, besides its index. */
export interface SampleContext {
  readonly epoch: number;
  readonly seed: number;
  /** Told what a file has more than is seen of it. */
  readonly onNote?: OnFileNote;
}

/**
 * The part of a data set that knows its images; order, batches and decoding ahead are made around it. A custom data
 * set supplies this and nothing else.
 *
 * ```ts
 * registerDataset('noise', (opt) => ({
 *   length: 100,
 *   get(index, { epoch, seed }) {
 *     const random = new RandomStream(seed, 'noise', [epoch, index]);
 *     const { width, height } = sidesOf(opt.cropSize);
 *     const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
 *     const image: ImageBatch = { data, shape: [1, height, width, 3] };
 *     return { A: image, B: image, APaths: [`noise-${index}`], BPaths: [`noise-${index}`] };
 *   },
 * }));
 * ```
 */
export interface SampleSource {
  /** How many samples there are. */
  readonly length: number;
  /**
   * The sample at `index`, 0 ... length - 1; a pure function of its arguments, or a run cannot be continued exactly.
   * Several may be asked for at once.
   *
   * @throws BadImageError for a sample that training should go on without; anything else stops it
   */
  get(index: number, context: SampleContext): Sample | Promise<Sample>;
  /** The files that it reads, by which the record tells one data set from another. */
  readonly files?: readonly ImageFolder[];
  /** Releases what the source holds. */
  close?(): void | Promise<void>;
}
