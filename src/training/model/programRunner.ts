import type { Program } from '../../engine/ir/program.js';
import type { RunInputs } from '../../engine/runtime/executable.js';
import type { RandomDraw } from '../../engine/runtime/randomInputs.js';
import type { ProgramCache } from './programCache.js';
import type { ProgramOutputs } from './programOutputs.js';

/** A run of one program. */
export interface ProgramRun extends Omit<RunInputs, 'random'> {
  /** The same key, the same program. */
  readonly key: string;
  build(): Program;
  /** Which dropout masks and noise it takes. */
  readonly masks: Omit<RandomDraw, 'seed'>;
}

/** Runs a model's programs one at a time. */
export class ProgramRunner {
  private isRunning = false;

  constructor(
    private readonly programs: ProgramCache,
    private readonly seed: number,
  ) {}

  async run({ key, build, masks, ...inputs }: ProgramRun): Promise<ProgramOutputs> {
    if (this.isRunning) throw new Error('a step is still running: await optimizeParameters() and test()');
    this.isRunning = true;
    try {
      const program = await this.programs.get(key, build);
      return await program.run({ ...inputs, random: { seed: this.seed, ...masks } });
    } finally {
      this.isRunning = false;
    }
  }
}
