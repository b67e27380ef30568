import type * as Ort from 'onnxruntime-common';
import type { TensorArray } from '../../runtime/tensorArray.js';
import { createSession, onnxRuntime } from './onnxRuntime.js';
import { sessionOptions } from './sessionOptions.js';

/** How a graph of a program is executed. */
export interface SessionOptions {
  /** Threads of one operator; 0 means one per core. */
  readonly threads: number;
  /** Whether freed memory is kept for the next tensor, which is faster, or given back. Default: true. */
  readonly keepsMemory?: boolean;
  /** Settings of ONNX Runtime's sessions besides those that all have, by their names without `session.`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Writes ONNX Runtime's profile to files whose names start so. */
  readonly profilePrefix?: string;
}

const elementType = (data: TensorArray) =>
  data instanceof Float32Array ? 'float32' : data instanceof Uint8Array ? 'uint8' : 'int64';

/** The memory that a run reads and writes: views of memory that the caller owns, used in place. */
export interface Binding {
  readonly feeds: Readonly<Record<string, Ort.Tensor>>;
  readonly fetches: Readonly<Record<string, Ort.Tensor | null>>;
}

/** A loaded ONNX graph. */
export class Session {
  private constructor(private readonly session: Ort.InferenceSession) {}

  static async create(
    model: Uint8Array,
    { threads, keepsMemory = true, settings, profilePrefix }: SessionOptions,
  ): Promise<Session> {
    const common = sessionOptions(threads, settings);
    const session = await createSession(model, {
      ...common,
      enableCpuMemArena: keepsMemory,
      // Equal nodes are shared by `GraphBuilder`; those that it leaves are computed again to save memory.
      extra: {
        ...common.extra,
        optimization: { disable_specified_optimizers: 'CommonSubexpressionElimination' },
      },
      ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
    });
    return new Session(session);
  }

  /**
   * Prepares a run. `inputs` gives the memory and shape of every input; outputs have the graph's own shape, so for
   * them the memory is enough.
   */
  bind(
    inputs: ReadonlyMap<string, { readonly data: TensorArray; readonly shape: readonly number[] }>,
    outputs: ReadonlyMap<string, TensorArray>,
  ): Binding {
    const { ort } = onnxRuntime();
    const feeds: Record<string, Ort.Tensor> = {};
    for (const [name, { data, shape }] of inputs)
      feeds[name] = new ort.Tensor(elementType(data), data, shape);
    const fetches: Record<string, Ort.Tensor | null> = {};
    this.session.outputNames.forEach((name, index) => {
      const metadata = this.session.outputMetadata[index];
      const data = outputs.get(name);
      const shape = metadata.isTensor ? metadata.shape.map(Number) : [];
      fetches[name] = data === undefined ? null : new ort.Tensor(elementType(data), data, shape);
    });
    return { feeds, fetches };
  }

  /**
   * Runs the graph from the bound inputs into the bound outputs.
   *
   * ONNX Runtime 1.30's Node binding writes pre-allocated outputs in place and then copies every one of them into a
   * fresh tensor, 100 ms for the gradients of unet_256. It makes those copies in the order of the outputs and gives up
   * at the first that is no tensor. So graphs declare an empty sequence as their first output (`lowerGraph`): by the time the binding
   * refuses it, all outputs are where they belong, and no copy has been made. A binding that learns to return
   * sequences makes this slower, not wrong; `session.test.ts` would notice.
   */
  async run({ feeds, fetches }: Binding): Promise<void> {
    if (!onnxRuntime().isNative) return this.runAndCopy({ feeds, fetches });
    try {
      await this.session.run(feeds, fetches);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('Non tensor type'))) throw error;
    }
  }

  /** WebAssembly has a memory of its own: it is asked for the tensors alone, and they are copied to where they belong. */
  private async runAndCopy({ feeds, fetches }: Binding): Promise<void> {
    const bound = Object.entries(fetches).filter((fetch): fetch is [string, Ort.Tensor] => fetch[1] !== null);
    const results = await this.session.run(
      feeds,
      bound.map(([name]) => name),
    );
    for (const [name, { data }] of bound) (data as Float32Array).set(results[name].data as Float32Array);
  }

  /** Ends profiling, if it was on, and frees the graph. */
  async dispose(profiling = false): Promise<void> {
    if (profiling) this.session.endProfiling();
    await this.session.release();
  }
}
