import type { Exchange } from './exchange.js';
import type { Gpu, Memory } from './gpu.js';

type Encode = (encoder: GPUCommandEncoder) => void;

/** What a run encodes, in as few submissions as it has exchanges with other processes: one, where there are none. */
export class Submissions {
  private parts: Encode[] = [];

  constructor(private readonly gpu: Gpu) {}

  add(part: Encode): void {
    this.parts.push(part);
  }

  /** Submits what was added, and waits until all processes have the sums of `from` in `to`. */
  async exchange(exchange: Exchange, from: readonly Memory[], to = from): Promise<void> {
    this.add((encoder) => exchange.copy(encoder, from));
    await this.submit();
    await exchange.sum(to);
  }

  /** Submits what was added since. */
  async submit(): Promise<void> {
    const { parts } = this;
    this.parts = [];
    await this.gpu.submit((encoder) => {
      for (const part of parts) part(encoder);
    });
  }
}
