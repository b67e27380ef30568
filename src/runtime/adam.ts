import { reachable } from '../ir/program.js';
import type { State } from '../ir/state.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { scalar } from '../ops/constant.js';
import { add, div, mul, scale, sqrt, square, sub } from '../ops/elementwise.js';
import { elementwiseKernel } from '../wasm/elementwiseKernel.js';
import { compile } from '../wasm/webAssembly.js';
import { addressOf, OptimiserMemory, QUANTITIES, type Slab } from './optimiserMemory.js';
import type { StateStore } from './stateStore.js';

/** β₁, β₂ and ε. */
export interface AdamConstants {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1, with step size and ε rearranged as at the end of their section 2), run in
 * place by a WebAssembly kernel: one pass over memory, where twelve operators of a graph would make a dozen.
 */
export class Adam {
  /** Updates made so far. */
  updates = 0;
  readonly memory: OptimiserMemory;
  private readonly kernels: readonly { readonly slab: Slab; readonly run: (...args: number[]) => void }[];

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
    this.kernels = memory.slabs.map((slab) => ({ slab, run: over(slab.memory) }));
  }

  /** One update from the gradients in `memory`. @param learningRate α */
  update(learningRate: number): void {
    const { betas, epsilon } = this.constants;
    this.updates++;
    const correction1 = 1 - betas[0] ** this.updates;
    const correction2 = Math.sqrt(1 - betas[1] ** this.updates);
    for (const { slab, run } of this.kernels) {
      const addresses = QUANTITIES.map((quantity) => addressOf(slab, quantity));
      run(...addresses, 4 * slab.length, (learningRate * correction2) / correction1, epsilon * correction2);
    }
  }
}

/**
 * m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², p ← p - stepSize · m / (√v + stabiliser), with
 * stepSize = α √(1 - β₂ᵗ) / (1 - β₁ᵗ) and stabiliser = ε √(1 - β₂ᵗ)
 */
function updateRule({ betas: [beta1, beta2] }: AdamConstants): Uint8Array<ArrayBuffer> {
  const trace = new Trace(true);
  const [parameter, gradient, m, v] = QUANTITIES.map((quantity) => trace.input(quantity, f32(4)));
  const scalars = ['stepSize', 'stabiliser'].map((name) => trace.input(name, f32()));
  const [stepSize, stabiliser] = scalars;
  const newM = add(scale(m, beta1), scale(gradient, 1 - beta1));
  const newV = add(scale(v, beta2), mul(square(gradient), scalar(1 - beta2)));
  const update = mul(stepSize, div(newM, add(sqrt(newV), stabiliser)));
  const writes = new Map<Value, Value>([
    [m, newM],
    [v, newV],
    [parameter, sub(parameter, update)],
  ]);
  const body = reachable(writes.values(), ({ source }) => source.kind === 'input');
  return elementwiseKernel({ arrays: [parameter, gradient, m, v], scalars, writes, body });
}
