import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { reachable } from '../../ir/program.js';
import type { Value } from '../../ir/value.js';
import { type LoweredGraph, lowerGraph } from '../../onnx/lower.js';
import { ModelProtoSchema } from '../../onnx/onnx_pb.js';
import type { ElementwiseUpdate } from '../../runtime/adamUpdate.js';
import { chooseByRule } from '../../runtime/algorithmRules.js';
import { type Binding, Session, type SessionOptions } from './session.js';

/** An update of so many elements, by scalars that it makes, or takes from another. */
export type BuildUpdate = (length: number, scalars?: ElementwiseUpdate['scalars']) => ElementwiseUpdate;

/** The threads of an update, and how much one of them updates at a time. */
export interface UpdateThreads {
  readonly threads: number;
  /** Sequences of operators at once. Default: one, whose operators all threads share. */
  readonly streams?: number;
  /** Elements of a piece, about. */
  readonly pieceLength: number;
  readonly settings?: SessionOptions['settings'];
}

/** Elements are given to threads in multiples of it, a cache line. */
const LINE = 16;

/**
 * An element-wise update in place by several threads of ONNX Runtime, each of which goes through a piece of the arrays on
 * its own, operator by operator: what lies between two operators stays in its core's cache. WebAssembly has one thread,
 * which goes over the same elements once; from a few threads on, this is faster, with the same bits.
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
   * @param arrays those that `build` names, of one length, in its order
   */
  static async prepare(
    build: BuildUpdate,
    arrays: readonly Float32Array<ArrayBuffer>[],
    { threads, streams = 1, pieceLength, settings }: UpdateThreads,
  ): Promise<ThreadedUpdate> {
    const [{ length }] = arrays;
    const runs = Math.ceil(length / (streams * pieceLength));
    const size = Math.floor(length / (streams * runs) / LINE) * LINE;
    const first = build(size);
    const updates = [first, ...Array.from({ length: streams - 1 }, () => build(size, first.scalars))];
    const graph = lowerUpdates(updates);
    const session =
      streams === 1
        ? await Session.create(graph.model, { threads, settings })
        : await createSession(graph, updates, settings);
    const scalars = Object.values(first.scalars).map(() => new Float32Array(1));
    const bindings = Array.from({ length: runs }, (_, run) => {
      const memory = new Map<Value, Float32Array<ArrayBuffer>>(
        Object.values(first.scalars).map((value, i) => [value, scalars[i]]),
      );
      for (const [i, update] of updates.entries()) {
        const begin = (run * streams + i) * size;
        for (const [k, value] of Object.values(update.arrays).entries()) {
          memory.set(value, arrays[k].subarray(begin, begin + size));
        }
        for (const [array, value] of update.writes) memory.set(value, memory.get(array)!);
      }
      const feeds = [...graph.feeds].map(
        ([name, value]) => [name, { data: memory.get(value)!, shape: value.shape }] as const,
      );
      const fetches = [...graph.fetches].map(([name, value]) => [name, memory.get(value)!] as const);
      return session.bind(new Map(feeds), new Map(fetches));
    });
    return new ThreadedUpdate(runs * streams * size, session, bindings, scalars);
  }

  async run(scalars: readonly number[]): Promise<void> {
    this.scalars.forEach((memory, i) => {
      memory[0] = scalars[i];
    });
    for (const binding of this.bindings) await this.session.run(binding);
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

function lowerUpdates(updates: readonly ElementwiseUpdate[]): LoweredGraph {
  const arrays = updates.flatMap((update) => Object.values(update.arrays));
  const outputs = updates.flatMap(({ writes }) => [...writes.values()]);
  const body = reachable(outputs, ({ source: { kind } }) => kind === 'input');
  const inputs = [...Object.values(updates[0].scalars), ...arrays];
  return lowerGraph({ inputs, outputs, body, choose: chooseByRule, withEmptySequence: true });
}

/** Each update is a sequence of operators of its own, for which ONNX Runtime takes a thread. It reads which is which from a file. */
async function createSession(
  graph: LoweredGraph,
  updates: readonly ElementwiseUpdate[],
  settings: SessionOptions['settings'],
): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), 'pix2pix-update-'));
  try {
    const streams = streamsOf(graph, updates);
    const file = join(folder, 'streams.json');
    const partition = { type: 'DeviceBasedPartitioner', streams, devices: streams.map(() => '0') };
    writeFileSync(file, JSON.stringify(partition));
    return await Session.create(graph.model, {
      threads: 1,
      settings,
      streams: { count: streams.length, file },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The names of the nodes of each update: those that read its arrays, or what such a node has made. */
function streamsOf({ model, feeds }: LoweredGraph, updates: readonly ElementwiseUpdate[]): string[][] {
  const updateOf = new Map<Value, number>(
    updates.flatMap(({ arrays }, i) => Object.values(arrays).map((value) => [value, i] as const)),
  );
  const streamOf = new Map<string, number>();
  for (const [name, value] of feeds) if (updateOf.has(value)) streamOf.set(name, updateOf.get(value)!);
  const streams: string[][] = updates.map(() => []);
  for (const { name, input, output } of fromBinary(ModelProtoSchema, model).graph!.node) {
    const stream = input.map((operand) => streamOf.get(operand)).find((found) => found !== undefined) ?? 0;
    streams[stream].push(name);
    for (const result of output) streamOf.set(result, stream);
  }
  return streams;
}
