import { crc32 } from 'node:zlib';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import { fileError } from '../base/files/systemError.js';
import { Refusal } from './refusal.js';

/** Bytes read at a time: a checksum over them finds them still in the cache. */
const CHUNK = 1 << 22;

/** An open file that is read at given places. Every length is compared with the file's size before it is allocated. */
export class InputFile {
  readonly bytes: number;

  private constructor(
    readonly path: string,
    private readonly descriptor: number,
    private readonly fs: FileSystem,
  ) {
    this.bytes = fs.fstatSync(descriptor).size;
  }

  /**
   * Opens the file for the length of `work`.
   * @throws Pix2PixError where it cannot be opened; Refusal where it is no regular file
   */
  static use<T>(path: string, work: (file: InputFile) => T, fs: FileSystem = nodeFileSystem): T {
    let descriptor: number;
    try {
      const stat = fs.statSync(path); // before opening: opening a pipe would wait for ever
      if (!stat.isFile()) throw new Refusal('it is not a regular file');
      descriptor = fs.openSync(path, 'r');
    } catch (error) {
      throw fileError(error, 'cannot open', path);
    }
    try {
      return work(new InputFile(path, descriptor, fs));
    } finally {
      fs.closeSync(descriptor);
    }
  }

  /** `length` bytes from `offset` on, in memory of their own. */
  read(offset: number, length: number, what: string): Uint8Array {
    const target = this.allocate(offset, length, what);
    this.fill(target, offset);
    return target;
  }

  /** As `read`; where a checksum is given the bytes must have it. */
  readChecked(offset: number, length: number, what: string, checksum: number | undefined): Uint8Array {
    const target = this.allocate(offset, length, what);
    let found = 0;
    for (let at = 0; at < length; at += CHUNK) {
      const chunk = target.subarray(at, at + CHUNK);
      this.fill(chunk, offset + at);
      if (checksum !== undefined) found = crc32(chunk, found);
    }
    if (checksum !== undefined && found !== checksum) {
      throw new Refusal(`${what} was changed after it was written (its CRC-32 differs)`);
    }
    return target;
  }

  /** @throws Refusal unless the file has all these bytes */
  requireInside(offset: number, length: number, what: string): void {
    const isRange =
      Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (isRange && offset + length <= this.bytes) return;
    throw new Refusal(`${what} lies outside the file`, {
      begins: offset,
      bytes: length,
      'file bytes': this.bytes,
    });
  }

  private allocate(offset: number, length: number, what: string): Uint8Array {
    this.requireInside(offset, length, what);
    try {
      return new Uint8Array(length);
    } catch {
      throw new Refusal(`there is not enough memory for ${what}`, { bytes: length }, 'free some memory');
    }
  }

  private fill(target: Uint8Array, offset: number): void {
    try {
      for (let done = 0; done < target.byteLength; ) {
        const count = this.fs.readSync(
          this.descriptor,
          target,
          done,
          Math.min(CHUNK, target.byteLength - done),
          offset + done,
        );
        if (count === 0) throw new Refusal('it was cut off while it was read');
        done += count;
      }
    } catch (error) {
      throw fileError(error, 'cannot read', this.path);
    }
  }
}
