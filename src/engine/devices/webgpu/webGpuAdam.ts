import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import type { Collective } from '../../runtime/collective.js';
import type { AdamSettings, Optimiser, OptimiserQuantity } from '../../runtime/optimiser.js';
import { Arena, arenaLayout } from './arenas.js';
import { Exchange } from './exchange.js';
import type { Gpu, Memory } from './gpu.js';
import { ScalingMemory } from './scalingMemory.js';

export type Quantity = OptimiserQuantity | 'parameter' | 'accumulated';

/** What Adam keeps of some states, each quantity in an arena; `AdamTask` is what updates it within programs. */
export class WebGpuAdam implements Optimiser {
  updates = 0;

  private constructor(
    private readonly gpu: Gpu,
    readonly states: readonly State[],
    readonly settings: AdamSettings,
    private readonly arenas: ReadonlyMap<Quantity, Arena>,
    readonly lossScaling: ScalingMemory | undefined,
    /** By which all processes come to the same gradients, where there are several; programs use it one after another. */
    readonly exchange: Exchange | undefined,
  ) {}

  /**
   * @param collective the processes whose gradients are summed before an update; default: those of this one are all
   * @throws Pix2PixError when there is not enough memory
   */
  static async create(
    gpu: Gpu,
    states: readonly State[],
    settings: AdamSettings,
    collective?: Collective,
  ): Promise<WebGpuAdam> {
    const quantities: Quantity[] = ['parameter', 'gradient', 'firstMoment', 'secondMoment'];
    if (settings.accumulates) quantities.push('accumulated');
    if (settings.averaging !== undefined) quantities.push('average');
    const layout = arenaLayout(states, gpu.maxBindingBytes);
    const arenas = new Map<Quantity, Arena>();
    for (const quantity of quantities) arenas.set(quantity, await Arena.allocate(gpu, layout, quantity));
    const scaling = settings.lossScale === undefined ? undefined : await ScalingMemory.allocate(gpu);
    // State by state, since how they lie in the arenas depends on the GPU.
    const sizes = states.map(({ type }) => 4 * elementCount(type.shape));
    const exchange = collective && (await Exchange.allocate(gpu, collective, sizes));
    return new WebGpuAdam(gpu, states, settings, arenas, scaling, exchange);
  }

  /** The memory of one state. Throws Error for a state that is not trained, or a quantity that is not kept. */
  of(state: State, quantity: Quantity): Memory {
    return this.arena(quantity).of(state);
  }

  /** The memory of all states, in few parts. Throws Error for a quantity that is not kept. */
  parts(quantity: Quantity): readonly Memory[] {
    return this.arena(quantity).parts;
  }

  async download(state: State, quantity: OptimiserQuantity): Promise<Float32Array> {
    return new Float32Array(await this.gpu.read(this.of(state, quantity)));
  }

  async upload(state: State, quantity: OptimiserQuantity, data: Float32Array): Promise<void> {
    const own = this.of(state, quantity);
    if (own.bytes !== 4 * data.length) {
      throw new Error(
        `the ${quantity} of ${state.name} is given ${data.length} numbers, it takes ${own.bytes / 4}`,
      );
    }
    this.gpu.write(own, data);
  }

  async startAverage(): Promise<void> {
    await this.copyAll(this.parts('parameter'), this.parts('average'));
  }

  async exchangeAverage(): Promise<void> {
    const [own, average] = [this.parts('parameter'), this.parts('average')];
    for (const [i, part] of own.entries()) {
      const kept = { ...part, buffer: await this.gpu.allocate(part.bytes, 'exchange') };
      await this.copyAll([part, average[i], kept], [kept, part, average[i]]);
      this.gpu.free(kept.buffer); // once the copies have been made: WebGPU keeps it for them
    }
  }

  free(): void {
    this.exchange?.dispose();
    if (this.lossScaling !== undefined) this.gpu.free(this.lossScaling.memory.buffer);
    for (const arena of this.arenas.values()) for (const { buffer } of arena.parts) this.gpu.free(buffer);
  }

  private copyAll(from: readonly Memory[], to: readonly Memory[]): Promise<void> {
    return this.gpu.submit((encoder) => {
      from.forEach((part, i) => {
        encoder.copyBufferToBuffer(part.buffer, part.offset, to[i].buffer, to[i].offset, part.bytes);
      });
    });
  }

  private arena(quantity: Quantity): Arena {
    const arena = this.arenas.get(quantity);
    if (arena === undefined) throw new Error(`this optimiser keeps no ${quantity}`);
    return arena;
  }
}
