import type { StoredTensor } from '../src/checkpoints/format/dtype.js';
import { readSafetensors } from '../src/checkpoints/safetensors.js';
import type { CaseAttributes } from './opBuilders.js';
import { fixture } from './repository.js';

/** One op on given numbers, and what PyTorch made of them (test/fixtures/README.md). */
export interface OpCase {
  readonly id: string;
  readonly op: string;
  readonly attrs: CaseAttributes;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The gradient that flows into the first output; null: forward only. */
  readonly upstream: string | null;
  /** By each input; null: not differentiable. */
  readonly grads: readonly (string | null)[];
}

const { tensors, metadata } = readSafetensors(fixture('ops.safetensors'));

/** All cases of ops.safetensors. */
export const opCases: readonly OpCase[] = JSON.parse(metadata.get('cases')!);

/** A tensor of ops.safetensors; all of them are f32. */
export function caseTensor(name: string): StoredTensor & { data: Float32Array } {
  const tensor = tensors.get(name);
  if (!(tensor?.data instanceof Float32Array)) throw new Error(`ops.safetensors has no f32 tensor ${name}`);
  return tensor as StoredTensor & { data: Float32Array };
}
