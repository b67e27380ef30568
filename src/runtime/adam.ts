import { reachable } from '../ir/program.js';
import type { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { lowerGraph } from '../onnx/lower.js';
import { scalar } from '../ops/constant.js';
import { add, div, mul, scale, sqrt, square, sub } from '../ops/elementwise.js';
import { type Binding, Session, type SessionOptions } from './session.js';
import type { Arena, StateStore } from './stateStore.js';
import { zeroedArrays } from './zeroedArrays.js';

/**
 * Elements updated at a time: the four arrays of a piece and the temporaries stay in the cache, which makes the update
 * as fast as memory (docs/performance.md).
 */
export const ADAM_CHUNK = 512 * 1024;

/** β₁, β₂ and ε. */
export interface AdamConstants {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1, with step size and ε rearranged as at the end of their section 2), run in
 * place over the arena piece by piece: 57 M parameters in one graph would write 12 temporaries of that size.
 */
export class Adam {
  /** Updates made so far. */
  updates = 0;
  /** α √(1 - β₂ᵗ) / (1 - β₁ᵗ) and ε √(1 - β₂ᵗ), as the graph reads them. */
  private readonly scalars = { stepSize: new Float32Array(1), stabiliser: new Float32Array(1) };
  private session!: Session;
  private pieces: readonly Binding[] = [];

  private constructor(
    private readonly constants: AdamConstants,
    readonly arena: Arena,
    readonly gradients: Float32Array,
    readonly firstMoment: Float32Array,
    readonly secondMoment: Float32Array,
  ) {}

  /** The states must fill an arena of their own, allocated with a granularity of ADAM_CHUNK. */
  static async create(
    states: readonly State[],
    store: StateStore,
    constants: AdamConstants,
    options: SessionOptions,
  ): Promise<Adam> {
    const arena = store.arenaOf(states);
    const { length } = arena.data;
    const [gradients, firstMoment, secondMoment] = await zeroedArrays([length, length, length]);
    const adam = new Adam(constants, arena, gradients, firstMoment, secondMoment);
    await adam.prepare(options);
    return adam;
  }

  /** One update from `gradients` with this learning rate. */
  async update(learningRate: number): Promise<void> {
    const { betas, epsilon } = this.constants;
    this.updates++;
    const correction1 = 1 - betas[0] ** this.updates;
    const correction2 = Math.sqrt(1 - betas[1] ** this.updates);
    this.scalars.stepSize[0] = (learningRate * correction2) / correction1;
    this.scalars.stabiliser[0] = epsilon * correction2;
    for (const piece of this.pieces) await this.session.run(piece);
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  private async prepare(options: SessionOptions): Promise<void> {
    const { inputs, outputs } = updateRule(this.constants);
    const body = reachable(outputs.values(), (value) => value.source.kind === 'input');
    const graph = lowerGraph({
      inputs: [...inputs.values()],
      outputs: [...outputs.values()],
      body,
      choose: (_, forms) => forms[0],
      withEmptySequence: true,
    });
    this.session = await Session.create(graph.model, options);
    const memory: Record<string, Float32Array> = {
      parameter: this.arena.data,
      gradient: this.gradients,
      m: this.firstMoment,
      v: this.secondMoment,
    };
    const piece = (offset: number) => (name: string) =>
      memory[name]?.subarray(offset, offset + ADAM_CHUNK) ?? this.scalars[name as 'stepSize' | 'stabiliser'];
    const nameOf = (named: ReadonlyMap<string, unknown>, value: unknown) =>
      [...named].find(([, candidate]) => candidate === value)![0];
    const bind = (offset: number) => {
      const at = piece(offset);
      const feeds = [...graph.feeds].map(
        ([name, value]) => [name, { data: at(nameOf(inputs, value)), shape: value.shape }] as const,
      );
      const fetches = [...graph.fetches].map(([name, value]) => [name, at(nameOf(outputs, value))] as const);
      return this.session.bind(new Map(feeds), new Map(fetches));
    };
    const count = this.arena.data.length / ADAM_CHUNK;
    this.pieces = Array.from({ length: count }, (_, i) => bind(i * ADAM_CHUNK));
  }
}

/**
 * m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², p ← p - stepSize · m / (√v + stabiliser). Each of p, m and v is read
 * by one node alone on the way to its writer, so the runtime may write where it reads.
 */
function updateRule({ betas: [beta1, beta2] }: AdamConstants) {
  const trace = new Trace(true);
  const piece = (name: string) => trace.input(name, f32(ADAM_CHUNK));
  const [parameter, gradient, m, v] = ['parameter', 'gradient', 'm', 'v'].map(piece);
  const [stepSize, stabiliser] = ['stepSize', 'stabiliser'].map((name) => trace.input(name, f32(1)));
  const newM = add(scale(m, beta1), scale(gradient, 1 - beta1));
  const newV = add(scale(v, beta2), mul(square(gradient), scalar(1 - beta2)));
  const update = mul(stepSize, div(newM, add(sqrt(newV), stabiliser)));
  return trace.program({ parameter: sub(parameter, update), m: newM, v: newV });
}
