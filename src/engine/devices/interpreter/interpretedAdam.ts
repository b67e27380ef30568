import { computing } from '../../ir/program.js';
import type { State } from '../../ir/state.js';
import { elementCount, f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { square } from '../../ops/elementwise.js';
import { sum } from '../../ops/reduce.js';
import { adamUpdate, blendUpdate, type ElementwiseUpdate } from '../../runtime/adamUpdate.js';
import {
  type Accumulation,
  type AdamSettings,
  CLIP_EPSILON,
  type Optimiser,
  type OptimiserQuantity,
} from '../../runtime/optimiser.js';
import { ElementwiseRun } from './elementwiseRun.js';
import { InterpretedScaling } from './interpretedScaling.js';
import type { Precision } from './javaScript.js';
import { ScheduleRun } from './scheduleRun.js';

type Quantity = OptimiserQuantity | 'parameter' | 'accumulated';
type GradientQuantity = 'gradient' | 'accumulated';

/** Adam as maps over arenas, in each of which all parameters' numbers of one quantity lie side by side. */
export class InterpretedAdam implements Optimiser {
  updates = 0;
  readonly lossScaling: InterpretedScaling | undefined;
  private readonly arenas = new Map<Quantity, Float64Array>();
  private readonly extents = new Map<State, { readonly start: number; readonly end: number }>();
  private readonly length: number;
  /** Made when they are first needed. */
  private readonly runs = new Map<string, ElementwiseRun>();

  constructor(
    readonly states: readonly State[],
    private readonly settings: AdamSettings,
    private readonly precision: Precision,
  ) {
    this.lossScaling = settings.lossScale && new InterpretedScaling();
    let end = 0;
    for (const state of states) {
      const start = end;
      end += elementCount(state.type.shape);
      this.extents.set(state, { start, end });
    }
    this.length = end;
    const quantities: Quantity[] = ['parameter', 'gradient', 'firstMoment', 'secondMoment'];
    if (settings.accumulates) quantities.push('accumulated');
    if (settings.averaging !== undefined) quantities.push('average');
    for (const quantity of quantities) this.arenas.set(quantity, new Float64Array(this.length));
  }

  /** The memory of one state. Throws Error for a state that is not trained, or a quantity that is not kept. */
  of(state: State, quantity: Quantity): Float64Array {
    const extent = this.extents.get(state);
    if (extent === undefined) throw new Error(`${state.name} is not trained by this optimiser`);
    return this.arena(quantity).subarray(extent.start, extent.end);
  }

  /** One update, and that of the average. @param learningRate α */
  update(learningRate: number, from: GradientQuantity = 'gradient'): void {
    const { betas, epsilon, averaging } = this.settings;
    this.updates++;
    const factor = 1 / (this.lossScaling?.scale ?? 1);
    if (this.lossScaling?.next(this.arena(from)) === 'skip') return;
    const made = this.updates - (this.lossScaling?.skipped ?? 0);
    const correction1 = 1 - betas[0] ** made;
    const correction2 = Math.sqrt(1 - betas[1] ** made);
    const over = ['parameter', from, 'firstMoment', 'secondMoment'] as const;
    this.runOver(over, () => adamUpdate(betas, this.length)).run({
      stepSize: (learningRate * correction2) / correction1,
      stabiliser: epsilon * correction2,
      factor: this.clipFactor(from, factor),
    });
    if (averaging !== undefined) this.blend('average', averaging, 'parameter', 1 - averaging);
  }

  /** Adds the gradients, by their share, to those of the batches before; the update follows on the last. */
  accumulate(learningRate: number, { share, isFirst, isLast }: Accumulation): void {
    if (isFirst) this.arena('accumulated').fill(0);
    this.blend('accumulated', 1, 'gradient', share);
    if (isLast) this.update(learningRate, 'accumulated');
  }

  async download(state: State, quantity: OptimiserQuantity): Promise<Float32Array> {
    return Float32Array.from(this.of(state, quantity));
  }

  async upload(state: State, quantity: OptimiserQuantity, data: Float32Array): Promise<void> {
    const own = this.of(state, quantity);
    if (own.length !== data.length) {
      throw new Error(
        `the ${quantity} of ${state.name} is given ${data.length} numbers, it takes ${own.length}`,
      );
    }
    own.set(data);
  }

  async startAverage(): Promise<void> {
    this.arena('average').set(this.arena('parameter'));
  }

  async exchangeAverage(): Promise<void> {
    const [own, average] = [this.arena('parameter'), this.arena('average')];
    const kept = own.slice();
    own.set(average);
    average.set(kept);
  }

  private arena(quantity: Quantity): Float64Array {
    const arena = this.arenas.get(quantity);
    if (arena === undefined) throw new Error(`this optimiser keeps no ${quantity}`);
    return arena;
  }

  /** target ← kept · target + added · source */
  private blend(target: Quantity, kept: number, source: Quantity, added: number): void {
    this.runOver([target, source], () => blendUpdate(this.length)).run({ kept, added });
  }

  private runOver(quantities: readonly Quantity[], update: () => ElementwiseUpdate): ElementwiseRun {
    const key = quantities.join();
    let run = this.runs.get(key);
    if (run === undefined) {
      const arrays = quantities.map((quantity) => this.arena(quantity));
      run = new ElementwiseRun(update(), arrays, this.precision);
      this.runs.set(key, run);
    }
    return run;
  }

  /**
   * The factor that clips the gradients, as in PyTorch's clip_grad_norm_, over all of this optimiser's.
   * @param factor by which they are gradients of the loss
   */
  private clipFactor(from: GradientQuantity, factor: number): number {
    const { clipNorm } = this.settings;
    if (clipNorm === undefined) return factor;
    const gradient = new Trace(true).input('gradient', f32(this.length));
    const squares = sum(square(gradient));
    const memory = this.arena(from);
    const run = new ScheduleRun(
      computing(new Map([['squares', squares]])),
      (value) => (value === gradient ? memory : undefined),
      this.precision,
    );
    run.run();
    const norm = factor * Math.sqrt(run.memoryOf(squares)[0]);
    return factor * Math.min(1, clipNorm / (norm + CLIP_EPSILON));
  }
}
