import { type Program, valuesOf } from '../../ir/program.js';
import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import type { HostStep, Value } from '../../ir/value.js';
import type { ScheduleOptions } from '../../loops/schedule.js';
import type { Executable, RunInputs, RunResults } from '../../runtime/executable.js';
import { fillInput } from '../../runtime/fillInput.js';
import type { TensorArray } from '../../runtime/tensorArray.js';
import type { InterpretedAdam } from './interpretedAdam.js';
import type { InterpretedStates } from './interpretedStates.js';
import type { Precision } from './javaScript.js';
import { ScheduleRun } from './scheduleRun.js';

/** The interpreter's memory and settings that a compilation uses. */
export interface InterpretedCompilation {
  readonly states: InterpretedStates;
  readonly optimiserOf: (state: State) => InterpretedAdam | undefined;
  readonly precision: Precision;
  readonly options: ScheduleOptions;
}

/** A program as kernels that run one after another, and host steps between them. */
export class InterpretedExecutable implements Executable {
  private readonly schedule: ScheduleRun;
  private readonly inputs: ReadonlyMap<Value, Float64Array>;
  /** Runs so far: results are those of the last one. */
  private runs = 0;
  private isDisposed = false;

  constructor(
    readonly program: Program,
    private readonly compilation: InterpretedCompilation,
  ) {
    const read = valuesOf(program).filter(({ source }) => source.kind === 'input');
    this.inputs = new Map(read.map((value) => [value, new Float64Array(elementCount(value.shape))]));
    this.schedule = new ScheduleRun(
      program,
      (value) => this.given(value),
      compilation.precision,
      compilation.options,
    );
    for (const step of program.hostSteps) this.optimiserFor(step);
  }

  async run(inputs: RunInputs): Promise<RunResults> {
    const { program } = this;
    const { states } = this.compilation;
    for (const [name, value] of program.inputs) {
      const target = this.inputs.get(value); // none: the program does not use this input
      if (target !== undefined) fillInput(program, name, target, inputs);
    }
    this.runs++;
    this.schedule.run((step) => this.update(step, inputs));
    for (const [state, value] of program.writes) states.of(state).set(this.schedule.memoryOf(value));
    for (const [counter, amount] of program.counts) states.count(counter, amount);
    const run = this.runs;
    return { fetch: async (name) => this.fetch(name, run) };
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
  }

  /** An output of the last run, not rounded. */
  numbers(name: string): Float64Array {
    const value = this.program.outputs.get(name);
    if (value === undefined) throw new Error(`the program has no output ${name}`);
    return this.schedule.memoryOf(value).slice();
  }

  private fetch(name: string, run: number): TensorArray {
    const numbers = this.numbers(name);
    if (run !== this.runs || this.isDisposed) throw new Error(`the output ${name} of this run is gone`);
    const { dtype } = this.program.outputs.get(name)!.type;
    if (dtype === 'i64') return BigInt64Array.from(numbers, BigInt);
    return dtype === 'u8' ? Uint8Array.from(numbers) : Float32Array.from(numbers);
  }

  private given(value: Value): Float64Array | undefined {
    const { source } = value;
    if (source.kind === 'input') return this.inputs.get(value);
    const isState = source.kind === 'state' || source.kind === 'updated';
    return isState ? this.compilation.states.of(source.state) : undefined;
  }

  private update(step: HostStep, { scalars = {}, accumulation }: RunInputs): void {
    const { states, inputs, learningRate } = step;
    const optimiser = this.optimiserFor(step);
    const rate = scalars[learningRate];
    if (rate === undefined) throw new Error(`the scalar ${learningRate} is not given`);
    inputs.forEach((gradient, i) => {
      optimiser.of(states[i], 'gradient').set(this.schedule.memoryOf(gradient));
    });
    if (accumulation === undefined) optimiser.update(rate);
    else optimiser.accumulate(rate, accumulation);
  }

  private optimiserFor({ name, states }: HostStep): InterpretedAdam {
    const optimiser = this.compilation.optimiserOf(states[0]);
    if (optimiser === undefined) throw new Error(`there is no optimiser ${name}`);
    return optimiser;
  }
}
