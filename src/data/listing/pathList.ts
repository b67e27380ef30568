import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { sortNames } from './sortNames.js';

/**
 * Many paths as plain data of a few bytes each: their UTF-8 bytes one after the other, path `i` from `offsets[i]` to
 * `offsets[i + 1]`. The memory is shared: sent to another thread, nothing is copied. A million strings would cost ten
 * times as much, and again as much in every thread.
 */
export interface PathList {
  readonly length: number;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** One more than there are paths. */
  readonly offsets: Uint32Array<SharedArrayBuffer>;
}

/** The path at `index`, 0 ... length - 1. */
export function pathAt({ bytes, offsets }: PathList, index: number): string {
  const [start, end] = [offsets[index], offsets[index + 1]];
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}

/** All paths as strings: for lists that are known to be short. */
export function pathsOf(list: PathList): string[] {
  return Array.from({ length: list.length }, (_, i) => pathAt(list, i));
}

/** An empty list's memory for `length` paths of `byteLength` bytes in all. */
export function allocatePathList(length: number, byteLength: number): PathList {
  const offsets = new Uint32Array(new SharedArrayBuffer(4 * (length + 1)));
  return { length, bytes: new Uint8Array(new SharedArrayBuffer(byteLength)), offsets };
}

/** Whether two lists hold the same paths. */
export function areEqual(a: PathList, b: PathList): boolean {
  return Buffer.compare(a.bytes, b.bytes) === 0 && a.offsets.every((offset, i) => offset === b.offsets[i]);
}

/** Most bytes of UTF-8 that a UTF-16 code unit becomes. */
const BYTES_PER_UNIT = 3;

/** Collects paths in any order. */
export class PathListBuilder {
  private bytes = Buffer.allocUnsafe(2 ** 12);
  private offsets = new Uint32Array(2 ** 8);
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** @throws Pix2PixError when all paths together come to more than 4 GiB */
  add(path: string): void {
    const start = this.offsets[this.count];
    const needed = start + BYTES_PER_UNIT * path.length;
    if (needed > 0xffff_ffff) throw tooMuch(this.count);
    if (needed > this.bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length));
      this.bytes.copy(bytes, 0, 0, start);
      this.bytes = bytes;
    }
    if (this.count + 1 === this.offsets.length) {
      const offsets = new Uint32Array(2 * this.offsets.length);
      offsets.set(this.offsets);
      this.offsets = offsets;
    }
    this.offsets[++this.count] = start + this.bytes.write(path, start);
  }

  /** The paths in the order of their code points, as Python's `sorted` gives them: that of their UTF-8 bytes. */
  sorted(): PathList {
    const { bytes, offsets, count } = this;
    const order = sortNames(bytes, offsets, count);
    const list = allocatePathList(count, offsets[count]);
    let to = 0;
    for (let place = 0; place < count; place++) {
      const end = offsets[order[place] + 1];
      for (let from = offsets[order[place]]; from < end; from++) list.bytes[to++] = bytes[from];
      list.offsets[place + 1] = to;
    }
    return list;
  }
}

function tooMuch(images: number): Pix2PixError {
  return new Pix2PixError(
    'the paths of the images are too long in all',
    { images, limit: '4 GiB of names' },
    'split the data set, or shorten the names of its folders',
  );
}
