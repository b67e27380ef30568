import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { Tensor } from '../../ir/loopForm.js';
import { expressionsIn, type Kernel } from '../../loops/kernel.js';
import { tensorsIn } from '../../loops/operands.js';
import type { BindingLimits, Memory } from './gpu.js';
import { type Bindings, isHalf, isPacked, type Slot } from './shaders/arrays.js';

/** Bindings of several tensors each, and the memory of each binding. */
export interface SharedBindings extends Bindings {
  readonly memories: readonly Memory[];
}

/** All tensors that a kernel reads and stores. */
export function tensorsOf(kernel: Kernel): Tensor[] {
  return [...new Set([...tensorsIn(expressionsIn(kernel)), ...kernel.stores.map(({ tensor }) => tensor)])];
}

interface Located {
  readonly tensor: Tensor;
  readonly memory: Memory;
}

/** Tensors of one buffer that share a binding, by their offsets. */
type Group = readonly Located[];

/**
 * Bindings for the tensors of a kernel that are too many to have one each, or of which two lie in the same memory, which
 * WebGPU does not bind twice: neighbours in a buffer share a binding, the smallest ones first, since what shares is not
 * read by fours.
 *
 * @returns undefined: each can have its own
 * @throws Pix2PixError when the adapter does not have bindings enough for that either
 */
export function sharedBindings(
  tensors: readonly Tensor[],
  memoryOf: (tensor: Tensor) => Memory,
  limits: BindingLimits,
): SharedBindings | undefined {
  let groups = overlapping(tensors.map((tensor) => ({ tensor, memory: memoryOf(tensor) })));
  while (groups.length > limits.count) {
    const next = smallestPair(groups, limits.bytes);
    if (next === undefined) throw tooMany(tensors.length, groups.length, limits);
    groups = [...groups.slice(0, next), [...groups[next], ...groups[next + 1]], ...groups.slice(next + 2)];
  }
  return groups.length === tensors.length ? undefined : bindingsOf(groups);
}

/** Tensors by buffer and offset, those in a group that are partly in the same place. */
function overlapping(located: readonly Located[]): Group[] {
  const buffers = [...new Set(located.map(({ memory }) => memory.buffer))];
  return buffers.flatMap((buffer) => {
    const own = located.filter(({ memory }) => memory.buffer === buffer);
    const groups: Located[][] = [];
    for (const one of own.sort((a, b) => a.memory.offset - b.memory.offset)) {
      const last = groups.at(-1);
      if (last !== undefined && endOf(last) > one.memory.offset) last.push(one);
      else groups.push([one]);
    }
    return groups;
  });
}

/** The first of two neighbouring groups that have the fewest bytes of all that fit into one binding. */
function smallestPair(groups: readonly Group[], maxBytes: number): number | undefined {
  const pairs = groups.flatMap((group, i) => {
    const next = groups[i + 1];
    const isOne = next !== undefined && next[0].memory.buffer === group[0].memory.buffer;
    return isOne && endOf(next) - group[0].memory.offset <= maxBytes ? [{ i, bytes: sum(group, next) }] : [];
  });
  return pairs.length === 0 ? undefined : pairs.reduce((a, b) => (b.bytes < a.bytes ? b : a)).i;
}

const endOf = (group: Group) => Math.max(...group.map(({ memory }) => memory.offset + memory.bytes));
const sum = (...groups: readonly Group[]) =>
  groups.flat().reduce((total, { memory }) => total + memory.bytes, 0);

function bindingsOf(groups: readonly Group[]): SharedBindings {
  const slots = new Map<Tensor, Slot>();
  for (const [binding, group] of groups.entries()) {
    const start = group[0].memory.offset;
    for (const { tensor, memory } of group) {
      slots.set(tensor, { binding, first: (memory.offset - start) / 4 });
    }
  }
  const isShared = (binding: number) => groups[binding].length > 1;
  return {
    slotOf: (tensor) => slots.get(tensor)!,
    isShared: (tensor) => isShared(slots.get(tensor)!.binding),
    isOfWords: (binding) =>
      isShared(binding) && groups[binding].some(({ tensor }) => isPacked(tensor) || isHalf(tensor)),
    memories: groups.map((group) => {
      const { buffer, offset } = group[0].memory;
      return { buffer, offset, bytes: endOf(group) - offset };
    }),
  };
}

function tooMany(tensors: number, groups: number, { count }: BindingLimits): Pix2PixError {
  return new Pix2PixError(
    'a kernel needs more memory at once than the GPU binds',
    { tensors, 'in places that it must bind apart': groups, 'bindings at most': count },
    'choose another GPU by --gpu (pix2pix devices lists them), or pass --device cpu',
  );
}
