import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import type { DurableFile, WrittenFile } from '../base/files/durableFile.js';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import { requireFreeSpace } from '../base/files/freeSpace.js';
import { makeFolder } from '../base/files/makeFolder.js';
import { fileError } from '../base/files/systemError.js';
import type { NamedSources, TensorData } from './format/dtype.js';
import { arrayTypes, bytesOf, describeTensor, type NamedTensors, type StoredTensor } from './format/dtype.js';
import type { SafetensorsHeader, TensorInfo } from './format/safetensorsHeader.js';
import {
  buildHeader,
  parseHeader,
  parseHeaderSize,
  refuseFile,
  requireFitting,
  SIZE_BYTES,
} from './format/safetensorsHeader.js';

const HASH_CHUNK = 1 << 20;

/**
 * An open safetensors file: its header is read and checked, its tensors are read one at a time, straight into the
 * caller's memory. The format: https://github.com/huggingface/safetensors#format
 *
 * ```
 * const file = openSafetensors('latest_net_G.safetensors');
 * for (const [name, parameter] of G.parameters) file.readInto(name, parameter);   // no second copy of the weights
 * file.close();
 * ```
 */
export class SafetensorsFile {
  /** Types and places of the tensors, by name, in the header's order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;

  /** @internal use `openSafetensors` */
  constructor(
    readonly path: string,
    /** Size of the file in bytes. */
    readonly bytes: number,
    private readonly descriptor: number,
    private readonly fs: FileSystem,
  ) {
    const prefix = new Uint8Array(Math.min(SIZE_BYTES, bytes));
    this.fill(prefix, 0);
    const json = new Uint8Array(parseHeaderSize(prefix, bytes, path));
    this.fill(json, SIZE_BYTES);
    const header: SafetensorsHeader = parseHeader(json, bytes, path);
    this.tensors = header.tensors;
    this.metadata = header.metadata;
  }

  /**
   * Reads one tensor into `out`, which may be a view into an arena.
   * @param out as many elements as the tensor, of the array type of its dtype
   * @throws Pix2PixError when the tensor is missing or differs in type or size, or the file cannot be read
   */
  readInto(name: string, out: TensorData): void {
    const info = this.info(name);
    if (!(out instanceof arrayTypes[info.dtype]) || out.byteLength !== info.byteLength) {
      throw new Pix2PixError(
        `tensor ${name} has another type or size than expected`,
        {
          file: this.path,
          found: describeTensor(info),
          expected: `${out.constructor.name} of ${out.length}`,
        },
        'load a checkpoint of the same architecture',
      );
    }
    this.fill(bytesOf(out), info.offset);
  }

  /** Reads one tensor into memory of its own. Throws as `readInto`. */
  read(name: string): StoredTensor {
    const { dtype, shape, byteLength } = this.info(name);
    const data = new arrayTypes[dtype](byteLength / arrayTypes[dtype].BYTES_PER_ELEMENT);
    this.readInto(name, data);
    return { dtype, shape, data } as StoredTensor;
  }

  /** SHA-256 of the whole file as it is now, in hexadecimal. */
  sha256(): string {
    const hash = createHash('sha256');
    const chunk = new Uint8Array(Math.min(HASH_CHUNK, this.bytes));
    for (let at = 0; at < this.bytes; at += chunk.byteLength) {
      const part = chunk.subarray(0, Math.min(chunk.byteLength, this.bytes - at));
      this.fill(part, at);
      hash.update(part);
    }
    return hash.digest('hex');
  }

  /** Closes the file; `tensors` stays, and reading throws from then on. */
  close(): void {
    this.fs.closeSync(this.descriptor);
  }

  private info(name: string): TensorInfo {
    const info = this.tensors.get(name);
    if (info !== undefined) return info;
    throw new Pix2PixError(
      `the file has no tensor ${name}`,
      { file: this.path, tensors: this.tensors.size },
      'load a checkpoint of the same architecture',
    );
  }

  private fill(target: Uint8Array, offset: number): void {
    try {
      for (let done = 0; done < target.byteLength; ) {
        const rest = target.byteLength - done;
        const count = this.fs.readSync(this.descriptor, target, done, rest, offset + done);
        if (count === 0) refuseFile(this.path, 'it was cut off while it was read');
        done += count;
      }
    } catch (error) {
      throw fileError(error, 'cannot read', this.path);
    }
  }
}

/**
 * Opens a safetensors file and checks its header against hostile content: nothing is allocated beyond the header
 * (at most 100 MB) before its claims are checked.
 * @throws Pix2PixError when the file is missing, is no regular file, or its header does not hold
 */
export function openSafetensors(path: string, fs: FileSystem = nodeFileSystem): SafetensorsFile {
  let descriptor: number;
  let bytes: number;
  try {
    const stat = fs.statSync(path); // before opening: opening a pipe would wait for ever
    if (!stat.isFile()) refuseFile(path, 'it is not a regular file');
    descriptor = fs.openSync(path, 'r');
    bytes = fs.fstatSync(descriptor).size;
  } catch (error) {
    throw fileError(error, 'cannot open', path);
  }
  try {
    return new SafetensorsFile(path, bytes, descriptor, fs);
  } catch (error) {
    fs.closeSync(descriptor);
    throw error;
  }
}

/** All tensors and the metadata of a file, each tensor in memory of its own. Throws as `openSafetensors`. */
export function readSafetensors(path: string): {
  tensors: Map<string, StoredTensor>;
  metadata: ReadonlyMap<string, string>;
} {
  const file = openSafetensors(path);
  try {
    const tensors = new Map([...file.tensors.keys()].map((name) => [name, file.read(name)]));
    return { tensors, metadata: file.metadata };
  } finally {
    file.close();
  }
}

/**
 * Writes a safetensors file as a whole (`writeFileAtomic`), tensor by tensor from the given views, without copies.
 * @param metadata free text entries, kept under `__metadata__`
 * @throws Pix2PixError when the disk is full or the place cannot be written; RangeError when a tensor's data does not
 * fit its dtype and shape
 */
export function writeSafetensors(
  path: string,
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
  fs: FileSystem = nodeFileSystem,
): WrittenFile {
  makeFolder(dirname(path), fs);
  requireFreeSpace(dirname(path), buildHeader(tensors, metadata).fileBytes, fs);
  return writeFileAtomic(path, (file) => streamSafetensors(file, tensors, metadata), { fs });
}

/** Writes the format into an open file. */
export function streamSafetensors(
  file: DurableFile,
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>>,
): void {
  const header = buildHeader(tensors, metadata);
  file.write(header.bytes);
  for (const [, tensor] of header.order) file.write(bytesOf(tensor.data));
}

/** As `streamSafetensors`; each tensor comes when it is its turn, so that no more than one is in memory. */
export async function streamFromSources(
  file: DurableFile,
  tensors: NamedSources,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const header = buildHeader(tensors, metadata);
  file.write(header.bytes);
  for (const [name, tensor] of header.order) {
    const data = await tensor.read();
    requireFitting(tensor, data, name);
    file.write(bytesOf(data));
  }
}
