/** How the elements of each safetensors type are held in JavaScript; 16-bit and 8-bit floats keep their raw bits. */
export const arrayTypes = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  F8_E4M3: Uint8Array,
  F8_E5M2: Uint8Array,
  I16: Int16Array,
  U16: Uint16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  F32: Float32Array,
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
} as const;

/** Element types by their names in a safetensors file. */
export type DType = keyof typeof arrayTypes;

/** The same as types: the typed array of each element type. */
export interface ArrayOf {
  BOOL: Uint8Array;
  U8: Uint8Array;
  I8: Int8Array;
  F8_E4M3: Uint8Array;
  F8_E5M2: Uint8Array;
  I16: Int16Array;
  U16: Uint16Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  I32: Int32Array;
  U32: Uint32Array;
  F32: Float32Array;
  F64: Float64Array;
  I64: BigInt64Array;
  U64: BigUint64Array;
}

/** The typed array that holds a tensor's elements, row-major. */
export type TensorData<D extends DType = DType> = ArrayOf[D];

/** A tensor as a file keeps it. `data` may be a view into a larger arena. */
export type StoredTensor = {
  [D in DType]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: TensorData<D> };
}[DType];

/** A tensor that lies elsewhere, on a device, and comes when it is asked for. */
export interface TensorSource {
  readonly dtype: DType;
  readonly shape: readonly number[];
  read(): Promise<TensorData>;
}

/** Tensors by name, in the order in which they were given. */
export type NamedTensors = ReadonlyMap<string, StoredTensor>;

/** Tensors that lie elsewhere by name, likewise. */
export type NamedSources = ReadonlyMap<string, TensorSource>;

export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(arrayTypes, name);
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return arrayTypes[dtype].BYTES_PER_ELEMENT;
}

/** Elements of a shape; NaN when the product is not an exact integer any more or a dimension is no size. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return Number.NaN;
    count *= size;
    if (!Number.isSafeInteger(count)) return Number.NaN;
  }
  return count;
}

/** The bytes behind a typed array, without a copy. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** `F32[64,3,4,4]`: the one spelling of a stored tensor's type in messages. */
export function describeTensor(tensor: {
  readonly dtype: string;
  readonly shape: readonly number[];
}): string {
  return `${tensor.dtype}[${tensor.shape.join(',')}]`;
}
