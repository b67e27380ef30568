import { arrayTypes, bytesOf, type NamedTensors, type StoredTensor } from './dtype.js';
import {
  buildHeader,
  parseHeader,
  parseHeaderSize,
  SIZE_BYTES,
  type TensorInfo,
} from './safetensorsHeader.js';

/** A safetensors file whose bytes are in memory. */
export interface SafetensorsBytes {
  /** For messages. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;
  /** A tensor's elements, copied: a tensor need not be aligned where the file lies. */
  read(name: string): StoredTensor;
  readInto(name: string, out: Float32Array): void;
}

/**
 * Reads a file in memory as `openSafetensors` reads one on a disk.
 * @param path what to call it in messages
 * @throws Pix2PixError when it is no whole safetensors file
 */
export function readSafetensorsBytes(file: Uint8Array, path: string): SafetensorsBytes {
  const size = parseHeaderSize(file, file.length, path);
  const header = file.subarray(SIZE_BYTES, SIZE_BYTES + size);
  const { tensors, metadata } = parseHeader(header, file.length, path);
  const bytesIn = (name: string) => {
    const { offset, byteLength } = tensors.get(name)!;
    return file.subarray(offset, offset + byteLength);
  };
  return {
    path,
    tensors,
    metadata,
    read: (name) => {
      const { dtype, shape } = tensors.get(name)!;
      const data = new arrayTypes[dtype](bytesIn(name).slice().buffer);
      return { dtype, shape, data } as StoredTensor;
    },
    readInto: (name, out) => bytesOf(out).set(bytesIn(name)),
  };
}

/** The bytes of a safetensors file with these tensors. Throws RangeError as `buildHeader`. */
export function safetensorsBytes(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { bytes, order, fileBytes } = buildHeader(tensors, metadata);
  const file = new Uint8Array(fileBytes);
  file.set(bytes);
  let end = bytes.length;
  for (const [, { data }] of order) {
    file.set(bytesOf(data), end);
    end += data.byteLength;
  }
  return file;
}
