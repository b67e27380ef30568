import type { FloatImages } from '../../data/batch/floatImages.js';
import type { Program } from '../../engine/ir/program.js';
import type { RunResults } from '../../engine/runtime/executable.js';
import type { TensorArray } from '../../engine/runtime/tensorArray.js';

/** The outputs of one run of a program: on the device until they are asked for, and then kept. */
export class ProgramOutputs {
  private readonly fetched = new Map<string, Promise<TensorArray>>();

  constructor(
    private readonly program: Program,
    private readonly results: RunResults,
  ) {}

  has(name: string): boolean {
    return this.program.outputs.has(name);
  }

  /** The outputs that are images: f32[N,C,H,W]. */
  imageNames(): string[] {
    return [...this.program.outputs].flatMap(([name, { shape }]) => (shape.length === 4 ? [name] : []));
  }

  async scalar(name: string): Promise<number> {
    return Number((await this.fetch(name))[0]);
  }

  async image(name: string): Promise<FloatImages> {
    const [n, c, h, w] = this.program.outputs.get(name)!.shape;
    return { data: (await this.fetch(name)) as Float32Array, shape: [n, c, h, w] };
  }

  /** Fetches all that nobody has asked for yet: the device is about to forget it. */
  async settle(): Promise<void> {
    await Promise.all([...this.program.outputs.keys()].map((name) => this.fetch(name)));
  }

  private fetch(name: string): Promise<TensorArray> {
    let data = this.fetched.get(name);
    if (data === undefined) {
      data = this.results.fetch(name);
      this.fetched.set(name, data);
    }
    return data;
  }
}
