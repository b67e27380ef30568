import { reachable } from '../../ir/program.js';
import type { Value } from '../../ir/value.js';
import { lowerGraph } from '../../onnx/lower.js';
import type { ElementwiseUpdate } from '../../runtime/adamUpdate.js';
import { chooseByRule } from '../../runtime/algorithmRules.js';
import { type Binding, Session, type SessionOptions } from './session.js';

/** Elements of an update that one run of a graph goes over. */
interface Piece {
  readonly session: Session;
  readonly binding: Binding;
}

/**
 * An element-wise update in place by ONNX Runtime's threads, piece after piece: a dozen operators each, whose
 * temporaries stay in the caches of the cores where a piece is small enough.
 */
export class PooledUpdate {
  private constructor(
    private readonly pieces: readonly Piece[],
    private readonly sessions: readonly Session[],
    private readonly scalars: readonly Float32Array[],
  ) {}

  /**
   * @param build the update of so many elements
   * @param arrays those that `build` names, of one length, in its order
   */
  static async prepare(
    build: (length: number) => ElementwiseUpdate,
    arrays: readonly Float32Array[],
    pieceLength: number,
    options: SessionOptions,
  ): Promise<PooledUpdate> {
    const sessions = new Map<number, Awaited<ReturnType<typeof compile>>>();
    const pieces: Piece[] = [];
    const scalars = Object.keys(build(4).scalars).map(() => new Float32Array(1));
    const [{ length }] = arrays;
    for (let begin = 0; begin < length; begin += pieceLength) {
      const size = Math.min(pieceLength, length - begin);
      const compiled = sessions.get(size) ?? (await compile(build(size), options));
      sessions.set(size, compiled);
      const part = arrays.map((array) => array.subarray(begin, begin + size));
      pieces.push({ session: compiled.session, binding: compiled.bind(part, scalars) });
    }
    return new PooledUpdate(
      pieces,
      [...sessions.values()].map(({ session }) => session),
      scalars,
    );
  }

  async run(...scalars: readonly number[]): Promise<void> {
    this.scalars.forEach((memory, i) => {
      memory[0] = scalars[i];
    });
    for (const { session, binding } of this.pieces) await session.run(binding);
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions) await session.dispose();
  }
}

async function compile({ arrays, scalars, writes }: ElementwiseUpdate, options: SessionOptions) {
  const body = reachable(writes.values(), ({ source: { kind } }) => kind === 'input');
  const inputs = [...Object.values(arrays), ...Object.values(scalars)];
  const request = { inputs, outputs: [...writes.values()], body, withEmptySequence: true };
  const graph = lowerGraph({ ...request, choose: chooseByRule });
  const session = await Session.create(graph.model, options);
  const target = new Map([...writes].map(([array, value]) => [value, array]));
  const bind = (parts: readonly Float32Array[], numbers: readonly Float32Array[]) => {
    const memory = new Map<Value, Float32Array>(inputs.map((value, i) => [value, [...parts, ...numbers][i]]));
    const feeds = [...graph.feeds].map(
      ([name, value]) => [name, { data: memory.get(value)!, shape: value.shape }] as const,
    );
    const fetches = [...graph.fetches].map(
      ([name, value]) => [name, memory.get(target.get(value)!)!] as const,
    );
    return session.bind(new Map(feeds), new Map(fetches));
  };
  return { session, bind };
}
