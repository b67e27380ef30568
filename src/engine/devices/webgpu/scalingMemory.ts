import { FIRST_SCALING, type LossScaling } from '../../runtime/lossScaling.js';
import type { KeptLossScaling } from '../../runtime/optimiser.js';
import type { Gpu, Memory } from './gpu.js';
import { SCALING_BYTES, SCALING_WORDS } from './gradientScaling.js';

/** The loss scale of an optimiser on the GPU, which alone knows it while it trains. */
export class ScalingMemory implements KeptLossScaling {
  private constructor(
    private readonly gpu: Gpu,
    readonly memory: Memory,
  ) {}

  static async allocate(gpu: Gpu): Promise<ScalingMemory> {
    const buffer = await gpu.allocate(SCALING_BYTES, 'a loss scale');
    const scaling = new ScalingMemory(gpu, { buffer, offset: 0, bytes: SCALING_BYTES });
    await scaling.write(FIRST_SCALING);
    return scaling;
  }

  /** Of the scale alone, an f32: what programs read. */
  get scale(): Memory {
    return { ...this.memory, offset: 4 * SCALING_WORDS.scale, bytes: 4 };
  }

  async read(): Promise<LossScaling> {
    const words = new Uint32Array(await this.gpu.read(this.memory));
    return {
      scale: new Float32Array(words.buffer)[SCALING_WORDS.scale],
      goodSteps: words[SCALING_WORDS.goodSteps],
      skipped: words[SCALING_WORDS.skipped],
    };
  }

  async write({ scale, goodSteps, skipped }: LossScaling): Promise<void> {
    const words = new Uint32Array(SCALING_BYTES / 4);
    new Float32Array(words.buffer)[SCALING_WORDS.scale] = scale;
    words[SCALING_WORDS.goodSteps] = goodSteps;
    words[SCALING_WORDS.skipped] = skipped;
    this.gpu.write(this.memory, words);
  }
}
