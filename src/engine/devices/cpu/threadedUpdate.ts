import { reachable } from '../../ir/program.js';
import type { Value } from '../../ir/value.js';
import { lowerGraph } from '../../onnx/lower.js';
import type { ElementwiseUpdate } from '../../runtime/adamUpdate.js';
import { chooseByRule } from '../../runtime/algorithmRules.js';
import { type Binding, Session } from './session.js';

/** The threads of an update, and how much they update at a time. */
export interface UpdateThreads {
  /** As of a session; 0: one per core. */
  readonly threads: number;
  /** Elements of a piece, about. */
  readonly pieceLength: number;
}

/** Pieces begin at multiples of so many elements, a cache line. */
const LINE = 16;

/**
 * An element-wise update in place by ONNX Runtime's threads, piece after piece: they share every operator, and what lies
 * between two operators stays in their cores' caches. WebAssembly goes over the elements once, but has one thread; from
 * a few threads on this is faster, with the same bits.
 */
export class ThreadedUpdate {
  private constructor(
    /** Elements from the first on that it updates: the few after them are the caller's. */
    readonly length: number,
    private readonly session: Session,
    private readonly bindings: readonly Binding[],
    private readonly scalars: readonly Float32Array[],
  ) {}

  /**
   * @param build the update of so many elements
   * @param arrays those that `build` names, of one length, in its order
   */
  static async prepare(
    build: (length: number) => ElementwiseUpdate,
    arrays: readonly Float32Array<ArrayBuffer>[],
    { threads, pieceLength }: UpdateThreads,
  ): Promise<ThreadedUpdate> {
    const [{ length }] = arrays;
    const pieces = Math.ceil(length / pieceLength);
    const size = Math.floor(length / pieces / LINE) * LINE;
    const update = build(size);
    const outputs = [...update.writes.values()];
    const body = reachable(outputs, ({ source: { kind } }) => kind === 'input');
    const inputs = [...Object.values(update.scalars), ...Object.values(update.arrays)];
    const graph = lowerGraph({ inputs, outputs, body, choose: chooseByRule, withEmptySequence: true });
    const session = await Session.create(graph.model, { threads });
    const scalars = Object.values(update.scalars).map(() => new Float32Array(1));
    const bindings = Array.from({ length: pieces }, (_, piece) => {
      const parts = arrays.map((array) => array.subarray(piece * size, (piece + 1) * size));
      const memory = memoryOf(update, parts, scalars);
      const feeds = [...graph.feeds].map(
        ([name, value]) => [name, { data: memory.get(value)!, shape: value.shape }] as const,
      );
      const fetches = [...graph.fetches].map(([name, value]) => [name, memory.get(value)!] as const);
      return session.bind(new Map(feeds), new Map(fetches));
    });
    return new ThreadedUpdate(pieces * size, session, bindings, scalars);
  }

  /** @param scalars in the order of the update's */
  async run(scalars: readonly number[]): Promise<void> {
    this.scalars.forEach((memory, i) => {
      memory[0] = scalars[i];
    });
    for (const binding of this.bindings) await this.session.run(binding);
  }

  /** Ends its threads. */
  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

/** Of all that enters and leaves an update: a result lies where the array does that it replaces. */
function memoryOf(
  update: ElementwiseUpdate,
  parts: readonly Float32Array<ArrayBuffer>[],
  scalars: readonly Float32Array<ArrayBuffer>[],
): ReadonlyMap<Value, Float32Array<ArrayBuffer>> {
  const memory = new Map<Value, Float32Array<ArrayBuffer>>();
  for (const [i, value] of Object.values(update.arrays).entries()) memory.set(value, parts[i]);
  for (const [i, value] of Object.values(update.scalars).entries()) memory.set(value, scalars[i]);
  for (const [array, value] of update.writes) memory.set(value, memory.get(array)!);
  return memory;
}
