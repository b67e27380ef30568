import type { Tensor } from '../../ir/loopForm.js';
import { expressionsIn, type Kernel } from '../kernel.js';
import { tensorsIn } from '../operands.js';

/** What bounds the kernels of a device. */
export interface FusionLimits {
  /** The tensors that a kernel may read and store. */
  readonly maxTensors: number;
}

/** Whether a device can bind all tensors of a kernel. @param gone tensors that it must not read any more */
export function fits(kernel: Kernel, { maxTensors }: FusionLimits, gone: readonly Tensor[] = []): boolean {
  const read = tensorsIn(expressionsIn(kernel));
  const bound = new Set([...read, ...kernel.stores.map(({ tensor }) => tensor)]);
  return bound.size <= maxTensors && !gone.some((tensor) => read.includes(tensor));
}
