import {
  arrayTypes,
  bytesPerElement,
  describeTensor,
  elementCount,
  type StoredTensor,
} from '../checkpoints/format/dtype.js';
import { printable, Refusal } from './refusal.js';
import type { TensorRef } from './torchObjects.js';

const MAX_RANK = 16;

/** A tensor may repeat elements of its storage. Together tensors may be this many times as large as the file, or 64 MiB. */
const MAX_GROWTH = 4;
const FREE_BYTES = 64 << 20;

/**
 * Compares every tensor with its storage, before any memory is allocated for it.
 * @throws Refusal naming the tensor
 */
export function checkTensors(tensors: ReadonlyMap<string, TensorRef>, fileBytes: number): void {
  let bytes = 0;
  for (const [name, tensor] of tensors) {
    const { storage, offset, shape, strides } = tensor;
    const facts = { tensor: printable(name), type: describeTensor({ dtype: storage.dtype, shape }) };
    if (shape.length > MAX_RANK || shape.length !== strides.length) {
      throw new Refusal('the strides of a tensor do not fit its shape', { ...facts, strides: `${strides}` });
    }
    const count = elementCount(shape);
    if (Number.isNaN(count)) throw new Refusal('a tensor is too large', facts);
    const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * strides[axis], offset);
    if (count > 0 ? !(last < storage.elements) : !(offset <= storage.elements)) {
      throw new Refusal('a tensor reaches beyond its storage', {
        ...facts,
        'last element': last,
        storage: `${storage.elements} elements`,
      });
    }
    bytes += count * bytesPerElement(storage.dtype);
  }
  const limit = Math.max(MAX_GROWTH * fileBytes, FREE_BYTES);
  if (bytes > limit) throw new Refusal('its tensors repeat their storages too often', { bytes, limit });
}

/**
 * The tensor's elements, row-major: a view of its storage where they lie there so, otherwise gathered.
 * @param storage the bytes of the storage, which begin at a multiple of 8
 */
export function viewTensor({ storage, offset, shape, strides }: TensorRef, bytes: Uint8Array): StoredTensor {
  const { dtype } = storage;
  const elements = new arrayTypes[dtype](bytes.buffer as ArrayBuffer, bytes.byteOffset, storage.elements);
  const count = elementCount(shape);
  const data =
    count === 0 || isRowMajor(shape, strides)
      ? elements.subarray(offset, offset + count)
      : gather(elements as Float32Array, offset, shape, strides, count);
  return { dtype, shape, data } as StoredTensor;
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}

/** Walks the indices like an odometer, the last axis fastest. */
function gather(
  source: Float32Array, // or any other kind: only elements are moved
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
): Float32Array {
  const target = new (source.constructor as typeof Float32Array)(count);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    target[i] = source[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return target;
}
