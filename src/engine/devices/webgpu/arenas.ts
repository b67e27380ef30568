import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import type { Gpu, Memory } from './gpu.js';
import { ALIGNMENT, aligned } from './placement.js';

/** Where a state's numbers are: in a part of the arenas, from an element on. */
export interface Extent {
  readonly part: number;
  readonly start: number;
  readonly length: number;
}

/** A row of states in as few parts as bindings allow, each state where a binding may begin. */
export interface ArenaLayout {
  readonly extents: ReadonlyMap<State, Extent>;
  /** Elements of each part. */
  readonly parts: readonly number[];
}

/** @throws Pix2PixError when a state alone is larger than a binding */
export function arenaLayout(states: readonly State[], maxBytes: number): ArenaLayout {
  const extents = new Map<State, Extent>();
  const parts = [0];
  for (const state of states) {
    const length = elementCount(state.type.shape);
    const room = aligned(4 * length) / 4;
    if (4 * room > maxBytes) {
      throw new Pix2PixError(
        'the weights of a layer are larger than this GPU takes as a whole',
        { weights: state.name, bytes: 4 * length, 'at most': maxBytes },
        'train smaller networks (--ngf, --ndf), or with --device cpu',
      );
    }
    if (4 * (parts[parts.length - 1] + room) > maxBytes) parts.push(0);
    const part = parts.length - 1;
    extents.set(state, { part, start: parts[part], length });
    parts[part] += room;
  }
  return { extents, parts: parts.map((length) => Math.max(length, ALIGNMENT / 4)) };
}

/** One quantity of all states, a buffer for each part of the layout. */
export class Arena {
  private constructor(
    private readonly layout: ArenaLayout,
    readonly parts: readonly Memory[],
  ) {}

  static async allocate(gpu: Gpu, layout: ArenaLayout, what: string): Promise<Arena> {
    const parts: Memory[] = [];
    for (const length of layout.parts) {
      const bytes = 4 * length;
      parts.push({ buffer: await gpu.allocate(bytes, what), offset: 0, bytes });
    }
    return new Arena(layout, parts);
  }

  /** The memory of a state. Throws Error for one that is none of the layout's. */
  of(state: State): Memory {
    const extent = this.layout.extents.get(state);
    if (extent === undefined) throw new Error(`${state.name} is not trained by this optimiser`);
    const { part, start, length } = extent;
    return { buffer: this.parts[part].buffer, offset: 4 * start, bytes: 4 * length };
  }
}
