import type { StoredTensor, TensorData } from './dtype.js';

/** A safetensors file whose header has been read: on a disk, or in memory. */
export interface TensorFile {
  /** For messages. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly dtype: string }>;
  readonly metadata: ReadonlyMap<string, string>;
  /** @throws Pix2PixError when there is no such tensor */
  read(name: string): StoredTensor;
  /** Copies a tensor. @throws Pix2PixError when it is missing, or differs from `out` in type or size */
  readInto(name: string, out: TensorData): void;
}
