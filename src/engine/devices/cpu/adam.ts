import { reachable } from '../../ir/program.js';
import type { State } from '../../ir/state.js';
import { adamUpdate, blendUpdate, type ElementwiseUpdate } from '../../runtime/adamUpdate.js';
import type { Collective } from '../../runtime/collective.js';
import {
  type Accumulation,
  type AdamSettings,
  CLIP_EPSILON,
  type Optimiser,
  type OptimiserQuantity,
} from '../../runtime/optimiser.js';
import {
  addressOf,
  allOf,
  type ExtraQuantity,
  OptimiserMemory,
  type Quantity,
  type Slab,
} from './optimiserMemory.js';
import { PooledUpdate } from './pooledUpdate.js';
import type { SessionOptions } from './session.js';
import { elementwiseKernel } from './wasm/elementwiseKernel.js';
import { compile } from './wasm/webAssembly.js';

type Kernel = (...args: readonly number[]) => void;

/** Parameters that the kernel updates at once. */
const LANES = 4;

/**
 * Adam (Kingma and Ba 2015, algorithm 1, with step size and ε rearranged as at the end of their section 2), run in
 * place by a WebAssembly kernel: one pass over memory, where twelve operators of a graph would make a dozen.
 */
export class Adam implements Optimiser {
  /** Updates made so far. */
  updates = 0;
  readonly memory: OptimiserMemory;
  private readonly pooled = new Map<string, PooledUpdate>();
  private readonly kernels: readonly { readonly slab: Slab; readonly run: Kernel }[];
  private readonly blends: readonly { readonly slab: Slab; readonly run: Kernel }[];

  /**
   * Allocates memory for the states.
   * @param collective processes whose gradients are summed before an update; default: those of this one are all
   * @throws Pix2PixError when there is not enough
   */
  constructor(
    readonly states: readonly State[],
    private readonly settings: AdamSettings,
    memory = new OptimiserMemory(states, extrasOf(settings)),
    private readonly collective?: Collective,
    private readonly pool?: SessionOptions & { readonly pieceLength: number },
  ) {
    this.memory = memory;
    const over = compile(kernelOf(adamUpdate(settings.betas, LANES)));
    const blend = compile(kernelOf(blendUpdate(LANES)));
    this.kernels = memory.slabs.map((slab) => ({ slab, run: over(slab.memory) }));
    this.blends = memory.slabs.map((slab) => ({ slab, run: blend(slab.memory) }));
  }

  /**
   * One update from the gradients in `memory`, summed over all processes, clipped where the settings say so, and that of the average.
   * @param learningRate α
   */
  async update(learningRate: number, from: 'gradient' | 'accumulated' = 'gradient'): Promise<void> {
    const { betas, epsilon, averaging } = this.settings;
    this.updates++;
    this.collective?.sum(this.memory.slabs.map((slab) => allOf(slab, from)));
    const correction1 = 1 - betas[0] ** this.updates;
    const correction2 = Math.sqrt(1 - betas[1] ** this.updates);
    const factor = this.clipFactor(from);
    const stepSize = (learningRate * correction2) / correction1;
    if (this.pool !== undefined) {
      for (const { slab } of this.kernels) {
        const key = `${this.memory.slabs.indexOf(slab)} ${from}`;
        const arrays = (['parameter', from, 'firstMoment', 'secondMoment'] as const).map((quantity) =>
          allOf(slab, quantity),
        );
        const pooled =
          this.pooled.get(key) ??
          (await PooledUpdate.prepare(
            (length) => adamUpdate(betas, length),
            arrays,
            this.pool.pieceLength,
            this.pool,
          ));
        this.pooled.set(key, pooled);
        await pooled.run(stepSize, epsilon * correction2, factor);
      }
    } else
      for (const { slab, run } of this.kernels) {
        const addresses = (['parameter', from, 'firstMoment', 'secondMoment'] as const).map((quantity) =>
          addressOf(slab, quantity),
        );
        run(...addresses, 4 * slab.length, stepSize, epsilon * correction2, factor);
      }
    if (averaging !== undefined) this.blend('average', averaging, 'parameter', 1 - averaging);
  }

  /** Adds the gradients in `memory`, by their share, to those of the batches before; the update follows on the last. */
  async accumulate(learningRate: number, { share, isFirst, isLast }: Accumulation): Promise<void> {
    this.blend('accumulated', isFirst ? 0 : 1, 'gradient', share);
    if (isLast) await this.update(learningRate, 'accumulated');
  }

  async download(state: State, quantity: OptimiserQuantity): Promise<Float32Array> {
    return this.memory.of(state, quantity).slice();
  }

  async upload(state: State, quantity: OptimiserQuantity, data: Float32Array): Promise<void> {
    const own = this.memory.of(state, quantity);
    if (own.length !== data.length) {
      throw new Error(
        `the ${quantity} of ${state.name} is given ${data.length} numbers, it takes ${own.length}`,
      );
    }
    own.set(data);
  }

  async startAverage(): Promise<void> {
    this.blend('average', 0, 'parameter', 1);
  }

  async exchangeAverage(): Promise<void> {
    for (const state of this.states) {
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

  /** The factor that clips the gradients, as in PyTorch's clip_grad_norm_, over all of this optimiser's. */
  private clipFactor(from: 'gradient' | 'accumulated'): number {
    const { clipNorm = Number.POSITIVE_INFINITY } = this.settings;
    if (clipNorm === Number.POSITIVE_INFINITY) return 1;
    let squares = 0;
    for (const state of this.states) {
      const gradient = this.memory.of(state, from);
      for (let i = 0; i < gradient.length; i++) squares += gradient[i] * gradient[i];
    }
    return Math.min(1, clipNorm / (Math.sqrt(squares) + CLIP_EPSILON));
  }
}

function extrasOf({ accumulates, averaging }: AdamSettings): ExtraQuantity[] {
  const extras: ExtraQuantity[] = [];
  if (accumulates) extras.push('accumulated');
  if (averaging !== undefined) extras.push('average');
  return extras;
}

/** The update in WebAssembly: it takes the addresses of the arrays, in their order, and after them the scalars. */
function kernelOf({ arrays, scalars, writes }: ElementwiseUpdate): Uint8Array<ArrayBuffer> {
  const body = reachable(writes.values(), ({ source: { kind } }) => kind === 'input');
  return elementwiseKernel({ arrays: Object.values(arrays), scalars: Object.values(scalars), writes, body });
}
