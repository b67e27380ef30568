import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { StoredTensor, TensorData, TensorSource } from './dtype.js';
import { arrayTypes, bytesPerElement, type DType, describeTensor, elementCount, isDType } from './dtype.js';
import { parseStrictJson, type StrictJson } from './strictJson.js';

/** Where a tensor lies in its file. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** The content of a header. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The free text entries under `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes before the header: its size, an unsigned 64-bit little-endian integer. */
export const SIZE_BYTES = 8;
/** The bound of the reference implementation of the format (safetensors/src/tensor.rs, MAX_HEADER_SIZE). */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_TENSORS = 100_000;
/** The header is padded with blanks (the format's README). */
const SPACE = 0x20;
const MAX_RANK = 16;
const METADATA_KEY = '__metadata__';

/** Throws the one error of a file that is not what it should be. */
export function refuseFile(
  path: string,
  problem: string,
  facts: Record<string, string | number> = {},
): never {
  throw new Pix2PixError(
    `not a valid safetensors file: ${problem}`,
    { file: path, ...facts },
    'take the file again from where it came from: it is damaged or of another format',
  );
}

/**
 * The size of the header, in bytes, from the first 8 bytes of a file.
 * @throws Pix2PixError when it exceeds 100 MB or the file
 */
export function parseHeaderSize(prefix: Uint8Array, fileBytes: number, path: string): number {
  if (prefix.byteLength < SIZE_BYTES) refuseFile(path, 'it is shorter than 8 bytes', { bytes: fileBytes });
  const view = new DataView(prefix.buffer, prefix.byteOffset, SIZE_BYTES);
  const size = Number(view.getBigUint64(0, true));
  if (size > MAX_HEADER_BYTES) {
    refuseFile(path, 'its header is too large', { 'header bytes': size, limit: MAX_HEADER_BYTES });
  }
  if (size > fileBytes - SIZE_BYTES) {
    refuseFile(path, 'its header is longer than the file', { 'header bytes': size, 'file bytes': fileBytes });
  }
  return size;
}

/**
 * Reads a header and checks every claim of it: known types, plain sizes, byte ranges that fit type and shape, and
 * that the ranges together cover the data exactly, without overlap or hole, up to the end of the file.
 * @param bytes the JSON text, without the 8 bytes before it
 * @throws Pix2PixError naming the file, the tensor and both sides
 */
export function parseHeader(bytes: Uint8Array, fileBytes: number, path: string): SafetensorsHeader {
  const root = parseHeaderJson(bytes, path);
  const dataStart = SIZE_BYTES + bytes.byteLength;
  const metadata = parseMetadata(root.get(METADATA_KEY), path);
  const tensors = new Map<string, TensorInfo>();
  for (const [name, entry] of root) {
    if (name !== METADATA_KEY) tensors.set(name, parseTensor(name, entry, dataStart, path));
  }
  if (tensors.size > MAX_TENSORS) {
    refuseFile(path, 'it holds too many tensors', { tensors: tensors.size, limit: MAX_TENSORS });
  }
  requireGaplessData(tensors, dataStart, fileBytes, path);
  return { tensors, metadata };
}

function parseHeaderJson(bytes: Uint8Array, path: string): Map<string, StrictJson> {
  let root: StrictJson;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    root = parseStrictJson(text, { maxValues: 20 * MAX_TENSORS, maxDepth: 4 });
  } catch (error) {
    refuseFile(path, 'its header is no valid JSON', { problem: (error as Error).message });
  }
  if (!(root instanceof Map)) refuseFile(path, 'its header is no JSON object');
  return root;
}

function parseMetadata(entry: StrictJson | undefined, path: string): Map<string, string> {
  const metadata = new Map<string, string>();
  if (entry === undefined || entry === null) return metadata;
  if (!(entry instanceof Map)) refuseFile(path, `${METADATA_KEY} is no object`);
  for (const [key, value] of entry) {
    if (typeof value !== 'string')
      refuseFile(path, `${METADATA_KEY} holds something other than text`, { key });
    metadata.set(key, value);
  }
  return metadata;
}

function parseTensor(name: string, entry: StrictJson, dataStart: number, path: string): TensorInfo {
  const tensor = printable(name);
  if (!(entry instanceof Map)) refuseFile(path, 'a tensor is not described by an object', { tensor });
  const dtype = entry.get('dtype');
  if (!isDType(dtype)) {
    const known = Object.keys(arrayTypes).join(' ');
    refuseFile(path, 'a tensor has an unknown dtype', { tensor, dtype: printable(dtype), known });
  }
  const shape = sizes(entry.get('shape'));
  if (shape === undefined || shape.length > MAX_RANK) {
    refuseFile(path, `a tensor's shape is no list of at most ${MAX_RANK} sizes`, { tensor });
  }
  const range = sizes(entry.get('data_offsets'));
  if (range === undefined || range.length !== 2 || range[0] > range[1]) {
    refuseFile(path, "a tensor's data_offsets is no range [begin, end]", { tensor });
  }
  const byteLength = range[1] - range[0];
  const expected = elementCount(shape) * bytesPerElement(dtype);
  if (byteLength !== expected) {
    const type = describeTensor({ dtype, shape });
    refuseFile(path, "a tensor's size does not fit its shape", { tensor, type, expected, found: byteLength });
  }
  return { dtype, shape, offset: dataStart + range[0], byteLength };
}

function sizes(value: StrictJson | undefined): number[] | undefined {
  const isSize = (item: StrictJson) => Number.isSafeInteger(item) && (item as number) >= 0;
  return Array.isArray(value) && value.every(isSize) ? (value as number[]) : undefined;
}

function requireGaplessData(
  tensors: ReadonlyMap<string, TensorInfo>,
  dataStart: number,
  fileBytes: number,
  path: string,
): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.byteLength - b.byteLength);
  let end = dataStart;
  for (const [name, { offset, byteLength }] of inOrder) {
    if (offset !== end) {
      const problem = offset < end ? "a tensor's data overlaps another's" : 'there is a hole before a tensor';
      refuseFile(path, problem, { tensor: printable(name), begins: offset, expected: end });
    }
    end += byteLength;
  }
  if (end !== fileBytes) {
    const problem = end > fileBytes ? 'it is cut off' : 'it has data that belong to no tensor';
    refuseFile(path, problem, { 'header says': `${end} bytes`, 'file has': `${fileBytes} bytes` });
  }
}

/** A name from a file, fit for a message: no control characters, no endless line. */
function printable(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 120);
}

/** A header as bytes (the size included) and the tensors in the order in which their data follow. */
export interface BuiltHeader<T> {
  readonly bytes: Uint8Array;
  readonly order: readonly (readonly [name: string, tensor: T])[];
  /** Bytes of the whole file. */
  readonly fileBytes: number;
}

/**
 * The header for these tensors. Wide types come first and the header is padded to 8 bytes, so that every tensor is
 * aligned for readers that map the file. Entries are in the order of their data.
 * @throws RangeError when a tensor's data does not fit its dtype and shape, which is a defect of the caller
 */
export function buildHeader<T extends StoredTensor | TensorSource>(
  tensors: ReadonlyMap<string, T>,
  metadata: Readonly<Record<string, string>>,
): BuiltHeader<T> {
  const inOrder = [...tensors].sort(([, a], [, b]) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  const entries: string[] = [];
  if (Object.keys(metadata).length > 0) entries.push(`"${METADATA_KEY}":${JSON.stringify(metadata)}`);
  let end = 0;
  for (const [name, tensor] of inOrder) {
    requireConsistent(name, tensor);
    const { dtype, shape } = tensor;
    const range = [end, end + elementCount(shape) * bytesPerElement(dtype)];
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: range })}`);
    end = range[1];
  }
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const padded = Math.ceil(json.byteLength / 8) * 8;
  if (padded > MAX_HEADER_BYTES)
    throw new RangeError(`safetensors: header of ${padded} bytes exceeds the format`);
  const bytes = new Uint8Array(SIZE_BYTES + padded).fill(SPACE);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, SIZE_BYTES);
  return { bytes, order: inOrder, fileBytes: bytes.byteLength + end };
}

function requireConsistent(name: string, tensor: StoredTensor | TensorSource): void {
  const { shape } = tensor;
  if (name === METADATA_KEY) throw new RangeError(`safetensors: ${METADATA_KEY} cannot name a tensor`);
  if (shape.length > MAX_RANK || Number.isNaN(elementCount(shape))) {
    throw new RangeError(`safetensors: tensor ${name}: ${describeTensor(tensor)} is no shape of this format`);
  }
  if ('data' in tensor) requireFitting(tensor, tensor.data, name);
}

/** @throws RangeError when data does not fit the type that the header gives it */
export function requireFitting(
  tensor: Pick<TensorSource, 'dtype' | 'shape'>,
  data: TensorData,
  name: string,
): void {
  if (data instanceof arrayTypes[tensor.dtype] && elementCount(tensor.shape) === data.length) return;
  const found = `${data.constructor.name} of ${data.length}`;
  throw new RangeError(
    `safetensors: tensor ${name}: ${describeTensor(tensor)} does not fit its data, ${found}`,
  );
}
