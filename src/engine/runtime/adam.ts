import { elementwiseKernel } from '../devices/cpu/wasm/elementwiseKernel.js';
import { compile } from '../devices/cpu/wasm/webAssembly.js';
import { reachable } from '../ir/program.js';
import type { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { scalar } from '../ops/constant.js';
import { add, div, mul, scale, sqrt, square, sub } from '../ops/elementwise.js';
import { addressOf, OptimiserMemory, QUANTITIES, type Quantity, type Slab } from './optimiserMemory.js';
import type { StateStore } from './stateStore.js';

/** β₁, β₂ and ε, and what is done besides the update itself. */
export interface AdamConstants {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  /** Gradients longer than this, all taken together, are shortened to it. Default: none are. */
  readonly clipNorm?: number;
  /** How much of the parameters' moving average stays in an update. Default: none is kept. */
  readonly averaging?: number;
}

type Kernel = (...args: readonly number[]) => void;

/** One batch among several whose gradients make one update. */
export interface Accumulation {
  /** How much of all images are in this batch. */
  readonly share: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1, with step size and ε rearranged as at the end of their section 2), run in
 * place by a WebAssembly kernel: one pass over memory, where twelve operators of a graph would make a dozen.
 */
export class Adam {
  /** Updates made so far. */
  updates = 0;
  readonly memory: OptimiserMemory;
  private readonly kernels: readonly { readonly slab: Slab; readonly run: Kernel }[];
  private readonly blends: readonly { readonly slab: Slab; readonly run: Kernel }[];

  /**
   * Allocates memory for the states, which `store` adopts.
   * @throws Pix2PixError when there is not enough
   */
  constructor(
    states: readonly State[],
    store: StateStore,
    private readonly constants: AdamConstants,
    memory = new OptimiserMemory(states),
  ) {
    this.memory = memory;
    for (const state of states) store.adopt(state, memory.of(state, 'parameter'));
    const over = compile(updateRule(constants));
    const blend = compile(blendRule());
    this.kernels = memory.slabs.map((slab) => ({ slab, run: over(slab.memory) }));
    this.blends = memory.slabs.map((slab) => ({ slab, run: blend(slab.memory) }));
  }

  /**
   * One update from the gradients in `memory`, clipped where the constants say so, and that of the average.
   * @param learningRate α
   */
  update(learningRate: number, from: 'gradient' | 'accumulated' = 'gradient'): void {
    const { betas, epsilon, averaging } = this.constants;
    this.updates++;
    const correction1 = 1 - betas[0] ** this.updates;
    const correction2 = Math.sqrt(1 - betas[1] ** this.updates);
    const factor = this.clipFactor(from);
    for (const { slab, run } of this.kernels) {
      const addresses = (['parameter', from, 'firstMoment', 'secondMoment'] as const).map((quantity) =>
        addressOf(slab, quantity),
      );
      const stepSize = (learningRate * correction2) / correction1;
      run(...addresses, 4 * slab.length, stepSize, epsilon * correction2, factor);
    }
    if (averaging !== undefined) this.blend('average', averaging, 'parameter', 1 - averaging);
  }

  /** Adds the gradients in `memory`, by their share, to those accumulated for the update that follows on the last. */
  accumulate(learningRate: number, { share, isFirst, isLast }: Accumulation): void {
    this.blend('accumulated', isFirst ? 0 : 1, 'gradient', share);
    if (isLast) this.update(learningRate, 'accumulated');
  }

  /** Starts the moving average at the parameters as they are. */
  startAverage(): void {
    this.blend('average', 0, 'parameter', 1);
  }

  /** Puts the average in the parameters' place, and the parameters in the average's; again, and all is as before. */
  exchangeAverage(): void {
    for (const state of this.memory.states) {
      const [own, average] = [this.memory.of(state, 'parameter'), this.memory.of(state, 'average')];
      const kept = own.slice();
      own.set(average);
      average.set(kept);
    }
  }

  /** target ← a · target + b · source */
  private blend(target: Quantity, a: number, source: Quantity, b: number): void {
    for (const { slab, run } of this.blends) {
      run(addressOf(slab, target), addressOf(slab, source), addressOf(slab, target) + 4 * slab.length, a, b);
    }
  }

  /** What gradients are multiplied by: as PyTorch's clip_grad_norm_, over all of this optimiser's. */
  private clipFactor(from: 'gradient' | 'accumulated'): number {
    const { clipNorm = Number.POSITIVE_INFINITY } = this.constants;
    if (clipNorm === Number.POSITIVE_INFINITY) return 1;
    let squares = 0;
    for (const state of this.memory.states) {
      const gradient = this.memory.of(state, from);
      for (let i = 0; i < gradient.length; i++) squares += gradient[i] * gradient[i];
    }
    return Math.min(1, clipNorm / (Math.sqrt(squares) + 1e-6));
  }
}

/** target ← a · target + b · source */
function blendRule(): Uint8Array<ArrayBuffer> {
  const trace = new Trace(true);
  const [target, source] = ['target', 'source'].map((name) => trace.input(name, f32(4)));
  const scalars = ['a', 'b'].map((name) => trace.input(name, f32()));
  const result = add(mul(target, scalars[0]), mul(source, scalars[1]));
  const writes = new Map([[target, result]]);
  const body = reachable(writes.values(), ({ source: { kind } }) => kind === 'input');
  return elementwiseKernel({ arrays: [target, source], scalars, writes, body });
}

/**
 * m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², p ← p - stepSize · m / (√v + stabiliser), with
 * stepSize = α √(1 - β₂ᵗ) / (1 - β₁ᵗ) and stabiliser = ε √(1 - β₂ᵗ), where g is the gradient times a factor
 */
function updateRule({ betas: [beta1, beta2] }: AdamConstants): Uint8Array<ArrayBuffer> {
  const trace = new Trace(true);
  const [parameter, raw, m, v] = QUANTITIES.map((quantity) => trace.input(quantity, f32(4)));
  const scalars = ['stepSize', 'stabiliser', 'factor'].map((name) => trace.input(name, f32()));
  const [stepSize, stabiliser, factor] = scalars;
  const gradient = mul(raw, factor);
  const newM = add(scale(m, beta1), scale(gradient, 1 - beta1));
  const newV = add(scale(v, beta2), mul(square(gradient), scalar(1 - beta2)));
  const update = mul(stepSize, div(newM, add(sqrt(newV), stabiliser)));
  const writes = new Map<Value, Value>([
    [m, newM],
    [v, newV],
    [parameter, sub(parameter, update)],
  ]);
  const body = reachable(writes.values(), ({ source }) => source.kind === 'input');
  return elementwiseKernel({ arrays: [parameter, raw, m, v], scalars, writes, body });
}
