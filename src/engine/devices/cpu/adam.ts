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
import { ThreadedUpdate, type UpdateThreads } from './threadedUpdate.js';
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
  private readonly threaded = new Map<string, ThreadedUpdate>();
  private readonly kernels: readonly { readonly slab: Slab; readonly run: Kernel }[];
  private readonly blends: readonly { readonly slab: Slab; readonly run: Kernel }[];

  /**
   * Allocates memory for the states.
   * @param collective processes whose gradients are summed before an update; default: those of this one are all
   * @param threading the threads that update; default: the caller's alone
   * @throws Pix2PixError when there is not enough
   */
  constructor(
    readonly states: readonly State[],
    private readonly settings: AdamSettings,
    memory = new OptimiserMemory(states, extrasOf(settings)),
    private readonly collective?: Collective,
    private readonly threading?: UpdateThreads,
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
    const stepSize = (learningRate * correction2) / correction1;
    const scalars = [stepSize, epsilon * correction2, this.clipFactor(from)];
    const quantities = ['parameter', from, 'firstMoment', 'secondMoment'] as const;
    for (const { slab, run } of this.kernels) {
      const threaded = await this.threadedUpdate(slab, quantities);
      await threaded?.run(scalars);
      const done = threaded?.length ?? 0;
      const addresses = quantities.map((quantity) => addressOf(slab, quantity) + 4 * done);
      if (done < slab.length) run(...addresses, 4 * slab.length, ...scalars);
    }
    if (averaging !== undefined) this.blend('average', averaging, 'parameter', 1 - averaging);
  }

  /** The update of a slab by several threads, where there are any. */
  private async threadedUpdate(
    slab: Slab,
    quantities: readonly Quantity[],
  ): Promise<ThreadedUpdate | undefined> {
    if (this.threading === undefined) return undefined;
    const key = `${this.memory.slabs.indexOf(slab)} ${quantities.join()}`;
    const arrays = quantities.map((quantity) => allOf(slab, quantity));
    const { betas, clipNorm } = this.settings;
    const build = (length: number) => adamUpdate(betas, length, clipNorm !== undefined);
    const update = this.threaded.get(key) ?? (await ThreadedUpdate.prepare(build, arrays, this.threading));
    this.threaded.set(key, update);
    return update;
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

  /** Ends its threads. */
  async dispose(): Promise<void> {
    for (const update of this.threaded.values()) await update.dispose();
    this.threaded.clear();
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
