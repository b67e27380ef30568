import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { arrayTypes, bytesOf, describeTensor, type NamedTensors, type StoredTensor } from './dtype.js';
import { buildHeader, parseHeader, parseHeaderSize, SIZE_BYTES } from './safetensorsHeader.js';
import type { TensorFile } from './tensorFile.js';

/**
 * Reads a file in memory as `openSafetensors` reads one on a disk.
 * @param path what to call it in messages
 * @throws Pix2PixError when it is no whole safetensors file
 */
export function readSafetensorsBytes(file: Uint8Array, path: string): TensorFile {
  const size = parseHeaderSize(file, file.length, path);
  const header = file.subarray(SIZE_BYTES, SIZE_BYTES + size);
  const { tensors, metadata } = parseHeader(header, file.length, path);
  const bytesIn = (name: string) => {
    const info = tensors.get(name);
    if (info === undefined) {
      const fix = 'load a checkpoint of the same architecture';
      throw new Pix2PixError(`the file has no tensor ${name}`, { file: path }, fix);
    }
    return { info, bytes: file.subarray(info.offset, info.offset + info.byteLength) };
  };
  return {
    path,
    tensors,
    metadata,
    read: (name) => {
      const { info, bytes } = bytesIn(name);
      const { dtype, shape } = info;
      const data = new arrayTypes[dtype](new Uint8Array(bytes).buffer); // copied: it need not be aligned there
      return { dtype, shape, data } as StoredTensor;
    },
    readInto: (name, out) => {
      const { info, bytes } = bytesIn(name);
      if (!(out instanceof arrayTypes[info.dtype]) || out.byteLength !== bytes.length) {
        throw new Pix2PixError(
          `tensor ${name} has another type or size than expected`,
          { file: path, found: describeTensor(info), expected: `${out.constructor.name} of ${out.length}` },
          'load a checkpoint of the same architecture',
        );
      }
      bytesOf(out).set(bytes);
    },
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
