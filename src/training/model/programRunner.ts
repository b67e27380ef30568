import type { FloatImages } from '../../data/batch/floatImages.js';
import type { Program } from '../../engine/ir/program.js';
import type { RunInputs } from '../../engine/runtime/executable.js';
import type { TensorArray } from '../../engine/runtime/session.js';
import type { ProgramCache } from './programCache.js';
import { type Draw, randomInputs } from './randomInputs.js';

/** A run of one program. */
export interface ProgramRun extends RunInputs {
  /** The same key, the same program. */
  readonly key: string;
  build(): Program;
  readonly masks: Draw;
}

/** Runs a model's programs one at a time, and holds what the last one gave. */
export class ProgramRunner {
  private results: { program: Program; outputs: ReadonlyMap<string, TensorArray> } | undefined;
  private isRunning = false;

  constructor(
    private readonly programs: ProgramCache,
    private readonly seed: number,
  ) {}

  async run({ key, build, masks, tensors: given, ...settings }: ProgramRun): Promise<void> {
    if (this.isRunning) throw new Error('a step is still running: await optimizeParameters() and test()');
    this.isRunning = true;
    try {
      const executable = await this.programs.get(key, build);
      const { program } = executable;
      const tensors = { ...given, ...randomInputs(program, this.seed, masks) };
      this.results = { program, outputs: await executable.run({ tensors, ...settings }) };
    } finally {
      this.isRunning = false;
    }
  }

  /** Forgets the results: they belong to other images. */
  clear(): void {
    this.results = undefined;
  }

  /** A scalar that the last program gave. */
  scalar(name: string): number | undefined {
    const data = this.results?.outputs.get(name);
    return data === undefined ? undefined : Number(data[0]);
  }

  /** The images that the last program gave, by name: copies. */
  images(): Record<string, FloatImages> {
    const names = [...(this.results?.program.outputs ?? [])].flatMap(([name, { shape }]) =>
      shape.length === 4 ? [name] : [],
    );
    return Object.fromEntries(names.map((name) => [name, this.image(name)!]));
  }

  /** A copy of an image that the last program gave. */
  image(name: string): FloatImages | undefined {
    const data = this.results?.outputs.get(name);
    if (data === undefined) return undefined;
    const [n, c, h, w] = this.results!.program.outputs.get(name)!.shape;
    return { data: Float32Array.from(data as Float32Array), shape: [n, c, h, w] };
  }
}
