import type { Tensor } from '../../ir/loopForm.js';
import type { Kernel } from '../../loops/kernel.js';
import {
  accumulateUpdate,
  adamUpdate,
  averagedAdamUpdate,
  type ElementwiseUpdate,
} from '../../runtime/adamUpdate.js';
import type { Accumulation } from '../../runtime/optimiser.js';
import { factorKernel, PARTIAL_SUMS, squaresKernel } from './clipping.js';
import type { Dispatch } from './dispatches.js';
import { dispatchKernels, type KernelInMemory } from './dispatchKernel.js';
import { fusedUpdate } from './fusedUpdate.js';
import type { Gpu, Memory } from './gpu.js';
import { decisionShader, finiteShader } from './gradientScaling.js';
import { ALIGNMENT } from './placement.js';
import type { Quantity, WebGpuAdam } from './webGpuAdam.js';

/** Numbers that a run gives to the update's kernels. */
const SCALARS = [
  ...(['stepSize', 'stabiliser', 'factor'] as const),
  ...(['averageKept', 'averageAdded', 'accumulatedAdded'] as const),
  // with a loss scale: whether the update is made, and what that and the numbers above are decided by
  ...(['applies', 'learningRate', 'epsilon', 'logBeta1', 'logBeta2', 'updates'] as const),
] as const;
type Scalar = (typeof SCALARS)[number];

/** What a run of an update dispatches. */
export interface AdamRun {
  /** Adds this batch's gradients to those before. */
  readonly accumulation: readonly Dispatch[];
  /** The update, with the gradients that it is made from, where one is due. */
  readonly update: readonly Dispatch[];
  /** Those gradients, state by state. */
  readonly gradients?: readonly Memory[];
}

/** Where the gradients of an update are: those of the program, or of several batches. */
type GradientQuantity = 'gradient' | 'accumulated';

/** Whose exponential is 0 in float32. */
const LOG_OF_ZERO = -200;

/** One update of Adam at one place of a program: kernels over its arenas, with numbers of their own. */
export class AdamTask {
  /** All of them, where the kernels look for them. */
  private readonly numbers = new Float32Array((SCALARS.length * ALIGNMENT) / 4);

  private constructor(
    private readonly gpu: Gpu,
    private readonly adam: WebGpuAdam,
    private readonly memory: GPUBuffer,
    private readonly updates: ReadonlyMap<Quantity, readonly Dispatch[]>,
    private readonly accumulation: Readonly<Record<'first' | 'next', readonly Dispatch[]>>,
  ) {}

  static async prepare(gpu: Gpu, adam: WebGpuAdam): Promise<AdamTask> {
    const { accumulates } = adam.settings;
    const partials = 4 * PARTIAL_SUMS * adam.parts('gradient').length;
    const memory = await gpu.allocate(SCALARS.length * ALIGNMENT + partials, 'numbers of an update');
    const maker = new TaskMaker(adam, memory);
    const update = async (from: Quantity) => [
      ...(await gpu.checked(() => maker.decision(gpu, from))),
      ...(await dispatchKernels(gpu, [...maker.clipping(from), ...maker.update(from)])),
    ];
    const updates = new Map<Quantity, readonly Dispatch[]>([['gradient', await update('gradient')]]);
    if (accumulates) updates.set('accumulated', await update('accumulated'));
    const { first, next } = accumulates ? maker.accumulation() : { first: [], next: [] };
    const accumulation = { first: await dispatchKernels(gpu, first), next: await dispatchKernels(gpu, next) };
    return new AdamTask(gpu, adam, memory, updates, accumulation);
  }

  /** What this run dispatches; the numbers for it are on their way. @param learningRate α */
  begin(learningRate: number, accumulation?: Accumulation): AdamRun {
    const run = this.prepareRun(learningRate, accumulation);
    this.gpu.write({ buffer: this.memory, offset: 0, bytes: this.numbers.byteLength }, this.numbers);
    return run;
  }

  private prepareRun(learningRate: number, accumulation?: Accumulation): AdamRun {
    if (accumulation === undefined) return { accumulation: [], ...this.update(learningRate, 'gradient') };
    const { share, isFirst, isLast } = accumulation;
    this.set('accumulatedAdded', share);
    const update = isLast ? this.update(learningRate, 'accumulated') : { update: [] };
    return { accumulation: this.accumulation[isFirst ? 'first' : 'next'], ...update };
  }

  dispose(): void {
    this.gpu.free(this.memory);
  }

  private update(learningRate: number, from: GradientQuantity): Pick<AdamRun, 'update' | 'gradients'> {
    const { adam } = this;
    const { averaging, lossScale } = adam.settings;
    adam.updates++;
    if (lossScale === undefined) this.setNumbers(learningRate);
    else this.setWhatDecides(learningRate);
    if (averaging !== undefined) {
      this.set('averageKept', averaging);
      this.set('averageAdded', 1 - averaging);
    }
    return { update: this.updates.get(from)!, gradients: adam.states.map((state) => adam.of(state, from)) };
  }

  /** The update's own. */
  private setNumbers(learningRate: number): void {
    const { updates, settings } = this.adam;
    const { betas, epsilon } = settings;
    const correction1 = 1 - betas[0] ** updates;
    const correction2 = Math.sqrt(1 - betas[1] ** updates);
    this.set('stepSize', (learningRate * correction2) / correction1);
    this.set('stabiliser', epsilon * correction2);
    this.set('factor', 1); // where gradients are clipped, a kernel sets another
  }

  /** Those from which the GPU makes the update's own, since it alone knows which updates were made. */
  private setWhatDecides(learningRate: number): void {
    const { updates, settings } = this.adam;
    const { betas, epsilon } = settings;
    this.set('learningRate', learningRate);
    this.set('epsilon', epsilon);
    this.set('logBeta1', Math.max(LOG_OF_ZERO, Math.log(betas[0])));
    this.set('logBeta2', Math.max(LOG_OF_ZERO, Math.log(betas[1])));
    this.set('updates', updates);
  }

  private set(scalar: Scalar, value: number): void {
    this.numbers[placeOf(scalar) / 4] = value;
  }
}

/** Makes the kernels of an update, part by part of the arenas. */
class TaskMaker {
  constructor(
    private readonly adam: WebGpuAdam,
    private readonly memory: GPUBuffer,
  ) {}

  update(from: Quantity): KernelInMemory[] {
    const { betas, averaging, lossScale } = this.adam.settings;
    const condition = lossScale === undefined ? undefined : 'applies';
    const arrays: Record<string, Quantity> = { parameter: 'parameter', gradient: from };
    for (const moment of ['firstMoment', 'secondMoment'] as const) arrays[moment] = moment;
    const scalars = { stepSize: 'stepSize', stabiliser: 'stabiliser', factor: 'factor' } as const;
    if (averaging === undefined) {
      return this.overParts(arrays, scalars, (length) => adamUpdate(betas, length), condition);
    }
    return this.overParts(
      { ...arrays, average: 'average' },
      { ...scalars, averageKept: 'averageKept', averageAdded: 'averageAdded' },
      (length) => averagedAdamUpdate(betas, length),
      condition,
    );
  }

  /** Begins with this run's gradients, or adds them to those of the runs before. */
  accumulation(): Record<'first' | 'next', KernelInMemory[]> {
    const arrays = { target: 'accumulated', source: 'gradient' } as const;
    const kernels = (isFirst: boolean) =>
      this.overParts(arrays, { added: 'accumulatedAdded' }, (length) => accumulateUpdate(isFirst, length));
    return { first: kernels(true), next: kernels(false) };
  }

  /** With a loss scale: looks for gradients that are not finite, and sets the numbers of the update by that. */
  decision(gpu: Gpu, from: Quantity): Dispatch[] {
    const { adam, memory } = this;
    if (adam.lossScaling === undefined) return [];
    const scaling = adam.lossScaling.memory;
    const checks = adam.parts(from).map((part) => {
      const { source, workgroups } = finiteShader(part.bytes / 4);
      return gpu.dispatch(source, [part, scaling], workgroups);
    });
    const places = SCALARS.map((scalar) => [scalar, placeOf(scalar) / 4] as const);
    const { source, workgroups } = decisionShader(Object.fromEntries(places) as Record<Scalar, number>);
    const numbers = { buffer: memory, offset: 0, bytes: SCALARS.length * ALIGNMENT };
    return [...checks, gpu.dispatch(source, [scaling, numbers], workgroups)];
  }

  /** Sets the factor by which gradients are shortened. */
  clipping(from: Quantity): KernelInMemory[] {
    const { clipNorm } = this.adam.settings;
    if (clipNorm === undefined) return [];
    const parts = this.adam.parts(from);
    const start = SCALARS.length * ALIGNMENT;
    const partialBytes = 4 * PARTIAL_SUMS;
    const squares = parts.map((part, i) => {
      const { kernel, gradient, partials } = squaresKernel(part.bytes / 4);
      const own = { buffer: this.memory, offset: start + i * partialBytes, bytes: partialBytes };
      return placed(
        kernel,
        new Map([
          [gradient, part],
          [partials, own],
        ]),
      );
    });
    const { kernel, partials, factor } = factorKernel(PARTIAL_SUMS * parts.length, clipNorm);
    const all = { buffer: this.memory, offset: start, bytes: partialBytes * parts.length };
    const memories = new Map([
      [partials, all],
      [factor, scalarMemory(this.memory, 'factor')],
    ]);
    return [...squares, placed(kernel, memories)];
  }

  private overParts(
    arrays: Readonly<Record<string, Quantity>>,
    scalars: Readonly<Record<string, Scalar>>,
    update: (length: number) => ElementwiseUpdate,
    condition?: Scalar,
  ): KernelInMemory[] {
    return this.adam.parts('parameter').map(({ bytes }, part) => {
      const { kernel, tensors } = fusedUpdate(update(bytes / 4), condition);
      const memories = new Map<Tensor, Memory>();
      for (const [name, quantity] of Object.entries(arrays)) {
        memories.set(tensors.get(name)!, this.adam.parts(quantity)[part]);
      }
      for (const [name, scalar] of Object.entries(scalars)) {
        memories.set(tensors.get(name)!, scalarMemory(this.memory, scalar));
      }
      if (condition !== undefined)
        memories.set(tensors.get(condition)!, scalarMemory(this.memory, condition));
      return placed(kernel, memories);
    });
  }
}

function placed(kernel: Kernel, memories: ReadonlyMap<Tensor, Memory>): KernelInMemory {
  return { kernel, memoryOf: (tensor) => memories.get(tensor)! };
}

/** In bytes. */
const placeOf = (scalar: Scalar) => SCALARS.indexOf(scalar) * ALIGNMENT;

function scalarMemory(buffer: GPUBuffer, scalar: Scalar): Memory {
  return { buffer, offset: placeOf(scalar), bytes: 4 };
}
