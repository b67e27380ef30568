import { FIRST_SCALING, type LossScaling, nextScaling } from '../../runtime/lossScaling.js';
import type { KeptLossScaling } from '../../runtime/optimiser.js';

/** The loss scale of an optimiser. */
export class InterpretedScaling implements KeptLossScaling {
  /** Of the scale alone, one element: what programs read. */
  readonly memory = new Float64Array(1);
  private current = FIRST_SCALING;

  constructor() {
    this.set(FIRST_SCALING);
  }

  get scale(): number {
    return this.current.scale;
  }

  get skipped(): number {
    return this.current.skipped;
  }

  /** Whether an update by these gradients is made; the scale is that of the next one from then on. */
  next(gradients: Float64Array): 'make' | 'skip' {
    const areFinite = gradients.every(Number.isFinite);
    this.set(nextScaling(this.current, areFinite));
    return areFinite ? 'make' : 'skip';
  }

  async read(): Promise<LossScaling> {
    return this.current;
  }

  async write(scaling: LossScaling): Promise<void> {
    this.set(scaling);
  }

  private set(scaling: LossScaling): void {
    this.current = scaling;
    this.memory[0] = scaling.scale;
  }
}
