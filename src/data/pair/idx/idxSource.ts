import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { commandLine } from '../../../base/commandLine.js';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { ImageBatch } from '../../batch/imageBatch.js';
import type { Sample } from '../../batch/sample.js';
import { PathListBuilder } from '../../listing/pathList.js';
import type { ImageFolder } from '../imageFolder.js';
import type { SampleSource } from '../sampleSource.js';
import { type IdxImages, readIdx } from './readIdx.js';

/** How MNIST calls its phases. */
const PREFIXES: Readonly<Record<string, string>> = { train: 'train', test: 't10k', val: 't10k' };

/** Images of an idx file as A and B alike; what they show is in their pixels alone, labels are not read. */
class IdxSource implements SampleSource {
  constructor(
    private readonly path: string,
    private readonly images: IdxImages,
  ) {}

  get length(): number {
    return this.images.count;
  }

  get files(): readonly ImageFolder[] {
    const names = new PathListBuilder();
    names.add(basename(this.path));
    return [{ folder: dirname(this.path), names: names.sorted() }];
  }

  get(index: number): Sample {
    const { data, height, width } = this.images;
    const image: ImageBatch = {
      data: data.subarray(index * height * width, (index + 1) * height * width),
      shape: [1, height, width, 1],
    };
    const paths = [join(this.path, String(index).padStart(5, '0'))];
    return { A: image, B: image, APaths: paths, BPaths: paths };
  }
}

/**
 * MNIST or a set in its form: `train-images-idx3-ubyte` for the phase train, `t10k-images-idx3-ubyte` for test, each
 * with or without `.gz`.
 * @throws Pix2PixError when there is no such file, or it is damaged
 */
export async function openIdx(dataroot: string, phase: string): Promise<IdxSource> {
  const path = filesOf(dataroot, phase).find((file) => existsSync(file));
  if (path !== undefined) return new IdxSource(path, await readIdx(path));
  const others = Object.keys(PREFIXES).filter((other) => filesOf(dataroot, other).some(existsSync));
  throw new Pix2PixError(
    `there is no file of digits for phase '${phase}'`,
    { dataroot, 'looked for': filesOf(dataroot, phase).join(', ') },
    others.length > 0
      ? `pass --phase ${others[0]}, whose file is there`
      : `fetch it: ${commandLine('dataset', 'download', 'mnist')}`,
  );
}

function filesOf(dataroot: string, phase: string): string[] {
  const prefix = Object.hasOwn(PREFIXES, phase) ? PREFIXES[phase] : phase;
  return ['-images-idx3-ubyte', '-images.idx3-ubyte'].flatMap((ending) =>
    ['', '.gz'].map((gz) => join(dataroot, `${prefix}${ending}${gz}`)),
  );
}
