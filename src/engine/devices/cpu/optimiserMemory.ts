import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import { type Arena, layOut } from './stateStore.js';
import { allocateMemory, type WasmMemory } from './wasm/webAssembly.js';

/** The quantities that an optimiser keeps for each element, in the order in which a slab holds them. */
export const QUANTITIES = ['parameter', 'gradient', 'firstMoment', 'secondMoment'] as const;

/** Quantities that it keeps on request: gradients accumulated over several batches, the parameter's moving average. */
export type ExtraQuantity = 'accumulated' | 'average';
export type Quantity = (typeof QUANTITIES)[number] | ExtraQuantity;

/** Elements that the 4 GiB hold which a WebAssembly address reaches. */
const ADDRESSABLE = 2 ** 30;

/** A WebAssembly memory that holds all quantities of some states, one quantity after the other. */
export interface Slab {
  readonly memory: WasmMemory;
  readonly extents: Arena['extents'];
  readonly quantities: readonly Quantity[];
  /** Elements of each quantity: those of the states, and zeros between and after them. */
  readonly length: number;
}

/**
 * Memory for the states that an optimiser trains, with their gradients and moments, all zero at first. It is
 * WebAssembly's, where kernels update it in place; everything else sees it as ordinary arrays.
 */
export class OptimiserMemory {
  readonly slabs: readonly Slab[];
  private readonly slabOf = new Map<State, Slab>();

  /**
   * @param extras what is kept besides `QUANTITIES`
   * @param maxSlab elements of each quantity that one slab may hold
   * @throws Pix2PixError when the system has no such memory
   */
  constructor(
    states: readonly State[],
    extras: readonly ExtraQuantity[] = [],
    maxSlab = Math.floor(ADDRESSABLE / (QUANTITIES.length + extras.length) / 16) * 16,
  ) {
    const quantities = [...QUANTITIES, ...extras];
    this.slabs = group(states, maxSlab).map((members) => makeSlab(members, quantities));
    for (const slab of this.slabs) for (const state of slab.extents.keys()) this.slabOf.set(state, slab);
  }

  /** A state's own memory of one quantity. */
  of(state: State, quantity: Quantity): Float32Array {
    const slab = this.slabOf.get(state);
    if (slab === undefined) throw new Error(`${state.name} is not trained by this optimiser`);
    const { offset, length } = slab.extents.get(state)!;
    return new Float32Array(slab.memory.buffer, addressOf(slab, quantity) + 4 * offset, length);
  }
}

/** Where a quantity begins in a slab, in bytes. */
export function addressOf({ length, quantities }: Slab, quantity: Quantity): number {
  const place = quantities.indexOf(quantity);
  if (place < 0) throw new Error(`the optimiser keeps no ${quantity}`);
  return 4 * length * place;
}

/** One quantity of all states of a slab, and the zeros between them. */
export function allOf(slab: Slab, quantity: Quantity): Float32Array<ArrayBuffer> {
  return new Float32Array(slab.memory.buffer, addressOf(slab, quantity), slab.length);
}

/** Consecutive states, as many as fit a slab. */
function group(states: readonly State[], maxSlab: number): State[][] {
  const groups: State[][] = [];
  let room = 0;
  for (const state of states) {
    const { length } = layOut([state]);
    if (length > room) {
      groups.push([]);
      room = maxSlab;
    }
    groups.at(-1)!.push(state);
    room -= length;
  }
  return groups;
}

function makeSlab(states: readonly State[], quantities: readonly Quantity[]): Slab {
  const { extents, length } = layOut(states);
  const bytes = 4 * length * quantities.length;
  try {
    return { memory: allocateMemory(bytes), extents, quantities, length };
  } catch (cause) {
    throw new Pix2PixError(
      'there is no memory for the weights, their gradients and the moments of Adam',
      {
        parameters: states.reduce((sum, { type }) => sum + elementCount(type.shape), 0),
        needed: `${(bytes / 1e9).toFixed(2)} GB`,
        reason: cause instanceof Error ? cause.message : String(cause),
      },
      'train a smaller network (--ngf, --ndf, --netG), or on a machine with more memory',
    );
  }
}
