import type { Program } from '../../engine/ir/program.js';
import type { RunInputs } from '../../engine/runtime/executable.js';
import type { RandomDraw } from '../../engine/runtime/randomInputs.js';
import type { TensorArray } from '../../engine/runtime/tensorArray.js';
import type { InputDefinition } from '../../models/definition.js';
import { byName, type DirectedInput } from './modelInput.js';
import type { ProgramCache } from './programCache.js';
import type { ProgramOutputs } from './programOutputs.js';

/** A run of one program. */
export interface ProgramRun extends Omit<RunInputs, 'tensors' | 'random'> {
  /** The same key, the same program. */
  readonly key: string;
  build(): Program;
  readonly input: DirectedInput;
  /** Inputs of the program besides. */
  readonly tensors?: Readonly<Record<string, TensorArray>>;
  /** Which dropout masks and noise it takes. */
  readonly masks: Omit<RandomDraw, 'seed'>;
}

/** Runs a model's programs one at a time. */
export class ProgramRunner {
  private isRunning = false;

  constructor(
    private readonly programs: ProgramCache,
    private readonly inputs: readonly InputDefinition[],
    private readonly seed: number,
  ) {}

  async run({
    key,
    build,
    input,
    masks,
    tensors: more = {},
    ...settings
  }: ProgramRun): Promise<ProgramOutputs> {
    if (this.isRunning) throw new Error('a step is still running: await optimizeParameters() and test()');
    this.isRunning = true;
    try {
      const program = await this.programs.get(key, build);
      const images = Object.entries(byName(input, this.inputs)).map(([name, { data }]) => [name, data]);
      const tensors = { ...Object.fromEntries(images), ...more };
      return await program.run({ tensors, random: { seed: this.seed, ...masks }, ...settings });
    } finally {
      this.isRunning = false;
    }
  }
}
