import { stat } from 'node:fs/promises';
import { machineMemory } from '../../base/machineMemory.js';
import type { Sides } from '../../base/sides.js';
import type { PixelData, Pixels } from '../batch/pixels.js';
import type { DecodeNote } from '../decode/decodeNote.js';
import type { ImageFiles } from '../raster/readSide.js';
import type { CacheBound } from './cacheBound.js';
import { KeptBytes } from './keptBytes.js';

/** What a file that has not changed has in common with itself. */
interface FileStamp {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** An image of a file as it is before it is cropped, and its size before it was resized. */
export interface KeptPart {
  readonly size: Sides;
  readonly pixels: Pixels;
}

/** The images of a file, in order, and what was noticed when it was decoded. */
export interface KeptFile {
  readonly stamp: FileStamp;
  readonly parts: readonly KeptPart[];
  readonly notes: readonly DecodeNote[];
}

/** The memory that an entry takes besides its path and its pixels, as measured with Node 20. */
const ENTRY_BYTES = 1000;

/**
 * Decoded and resized images of files, by their paths: those that come first, for as long as they fit. An epoch is gone
 * through in one order or another, so an image that is put out for the next would itself be put out before it comes again;
 * those that are in stay in. A file that is another one on the disk by then is not found, and is kept anew.
 */
export class ImageCache {
  private readonly files = new Map<string, KeptFile>();
  private readonly memory: KeptBytes;

  constructor({ bytes, leaveFree }: CacheBound) {
    this.memory = new KeptBytes(
      bytes,
      (more) => leaveFree === 0 || machineMemory().available - more >= leaveFree,
    );
  }

  /** Whether it has stopped short of its bound, because the memory that was to be left free is short. */
  get hasEnded(): boolean {
    return this.memory.hasEnded;
  }

  /** What the files of an image are now; undefined where it cannot be told. */
  async stampOf({ path, beside = [] }: ImageFiles): Promise<FileStamp | undefined> {
    try {
      const all = await Promise.all([path, ...beside].map((file) => stat(file)));
      return {
        bytes: all.reduce((sum, { size }) => sum + size, 0),
        modified: Math.max(...all.map(({ mtimeMs }) => mtimeMs)),
      };
    } catch {
      return undefined;
    }
  }

  /** The images of a file, if they are those of the file as it is. */
  get(path: string, stamp: FileStamp): KeptFile | undefined {
    const kept = this.files.get(path);
    const isSame = kept?.stamp.bytes === stamp.bytes && kept.stamp.modified === stamp.modified;
    return isSame ? kept : undefined;
  }

  /** Keeps a file's images if there is room. */
  keep(path: string, file: KeptFile): void {
    if (this.get(path, file.stamp) !== undefined) return; // it was decoded twice at once
    this.files.delete(path);
    const { parts } = file;
    const data = this.memory.keep(
      parts.map(({ pixels }) => bytesOf(pixels.data)),
      path.length + ENTRY_BYTES,
    );
    if (data === undefined) return;
    const kept = parts.map(({ size, pixels }, i) => ({
      size,
      pixels: { ...pixels, data: likeBefore(pixels.data, data[i]) },
    }));
    this.files.set(path, { ...file, parts: kept });
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: PixelData): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Bytes as what they were before they were kept. */
function likeBefore(before: PixelData, bytes: Uint8Array): PixelData {
  return before instanceof Float32Array
    ? new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    : bytes;
}
