import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { Tensor } from '../../ir/loopForm.js';
import { expressionsIn, type Kernel } from '../../loops/kernel.js';
import { tensorsIn } from '../../loops/operands.js';
import type { BindingLimits, Memory } from './gpu.js';
import { type Bindings, isPacked, type Slot } from './shaders/arrays.js';

/** Bindings of several tensors each, and the memory of each binding. */
export interface SharedBindings extends Bindings {
  readonly memories: readonly Memory[];
}

/** All tensors that a kernel reads and stores. */
export function tensorsOf(kernel: Kernel): Tensor[] {
  return [...new Set([...tensorsIn(expressionsIn(kernel)), ...kernel.stores.map(({ tensor }) => tensor)])];
}

/**
 * Bindings for the tensors of a kernel that are too many to have one each, or of which two lie in the same memory, which
 * WebGPU does not bind twice: those of one buffer share one binding, from the first of them to the last.
 *
 * @returns undefined: each can have its own
 * @throws Pix2PixError when the adapter does not have bindings enough for that either
 */
export function sharedBindings(
  tensors: readonly Tensor[],
  memoryOf: (tensor: Tensor) => Memory,
  limits: BindingLimits,
): SharedBindings | undefined {
  const located = tensors.map((tensor) => ({ tensor, memory: memoryOf(tensor) }));
  located.sort((a, b) => a.memory.offset - b.memory.offset);
  const groups: (typeof located)[] = [];
  let overlap = false;
  for (const one of located) {
    const { buffer, offset, bytes } = one.memory;
    const group = groups.findLast(([{ memory }]) => memory.buffer === buffer);
    const isWithin = group !== undefined && offset + bytes - group[0].memory.offset <= limits.bytes;
    overlap ||= group?.some(({ memory }) => memory.offset + memory.bytes > offset) ?? false;
    if (isWithin) group.push(one);
    else groups.push([one]);
  }
  if (tensors.length <= limits.count && !overlap) return undefined;
  if (groups.length > limits.count) {
    throw new Pix2PixError(
      'a kernel needs more memory at once than the GPU binds',
      {
        tensors: tensors.length,
        'buffers that they are in': groups.length,
        'bindings at most': limits.count,
      },
      'choose another adapter (pix2pix devices), or train with --device cpu',
    );
  }
  const slots = new Map<Tensor, Slot>();
  for (const [binding, group] of groups.entries()) {
    for (const { tensor, memory } of group) {
      slots.set(tensor, { binding, first: (memory.offset - group[0].memory.offset) / 4 });
    }
  }
  return {
    slotOf: (tensor) => slots.get(tensor)!,
    isShared: (tensor) => groups[slots.get(tensor)!.binding].length > 1,
    isOfWords: (binding) =>
      groups[binding].length > 1 && groups[binding].some(({ tensor }) => isPacked(tensor)),
    memories: groups.map((group) => {
      const { buffer, offset } = group[0].memory;
      const end = Math.max(...group.map(({ memory }) => memory.offset + memory.bytes));
      return { buffer, offset, bytes: end - offset };
    }),
  };
}
