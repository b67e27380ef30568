import type { AlgorithmChooser } from '../../ir/layer.js';
import type { Program } from '../../ir/program.js';
import { type AllReduceStep, checkComputed, cutProgram, type Segment } from '../../ir/segments.js';
import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import type { HostStep, Value } from '../../ir/value.js';
import { lowerGraph } from '../../onnx/lower.js';
import type { Collective } from '../../runtime/collective.js';
import type { Executable, RunInputs, RunResults } from '../../runtime/executable.js';
import { fillInput } from '../../runtime/fillInput.js';
import type { TensorArray } from '../../runtime/tensorArray.js';
import type { Adam } from './adam.js';
import type { ProfileFolder } from './profileFolder.js';
import { type Binding, Session, type SessionOptions } from './session.js';
import type { StateStore } from './stateStore.js';

/** The device's memory and settings that a compilation uses. */
export interface CpuCompilation {
  readonly store: StateStore;
  readonly choose: AlgorithmChooser;
  readonly threads: number;
  readonly keepsMemory?: boolean;
  readonly settings?: SessionOptions['settings'];
  readonly optimiserOf: (state: State) => Adam | undefined;
  /** The processes that run the program together, where it is not this one alone. */
  readonly collective?: Collective;
  /** Where profiles of the runs are written, when they are profiled. */
  readonly profiles?: ProfileFolder;
  readonly onDispose?: () => void;
}

type Task = (inputs: RunInputs) => Promise<void>;

/** A program's sessions, and memory for everything that enters, crosses or leaves them. */
export class CpuExecutable implements Executable {
  private readonly sessions: Session[] = [];
  private readonly tasks: Task[] = [];
  private readonly memory = new Map<Value, TensorArray>();
  private readonly sharedGradients = new Map<HostStep, { from: TensorArray; to: Float32Array }[]>();
  /** Runs so far: results are those of the last one. */
  private runs = 0;

  private constructor(
    readonly program: Program,
    private readonly compilation: CpuCompilation,
  ) {}

  static async compile(program: Program, compilation: CpuCompilation): Promise<CpuExecutable> {
    const executable = new CpuExecutable(program, compilation);
    await executable.prepare();
    return executable;
  }

  async run(inputs: RunInputs): Promise<RunResults> {
    const { store } = this.compilation;
    for (const [name, value] of this.program.inputs) {
      const target = this.memory.get(value); // none: the program does not use this input
      if (target !== undefined) fillInput(this.program, name, target, inputs);
    }
    this.runs++;
    for (const task of this.tasks) await task(inputs);
    for (const [state, value] of this.program.writes) {
      store.floats(state).set(this.memory.get(value) as Float32Array);
    }
    for (const [counter, amount] of this.program.counts) store.counter(counter)[0] += BigInt(amount);
    const run = this.runs;
    return { fetch: (name) => this.fetch(name, run) };
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions) await session.dispose(this.compilation.profiles !== undefined);
    this.sessions.length = 0;
    this.tasks.length = 0;
    this.memory.clear();
    this.compilation.onDispose?.();
  }

  private async fetch(name: string, run: number): Promise<TensorArray> {
    const value = this.program.outputs.get(name);
    if (value === undefined) throw new Error(`the program has no output ${name}`);
    const data = this.memory.get(value);
    if (run !== this.runs || data === undefined) throw new Error(`the output ${name} of this run is gone`);
    return data.slice();
  }

  private async prepare(): Promise<void> {
    checkComputed(this.program);
    this.placeGradients();
    for (const { segment, hostStep } of cutProgram(this.program)) {
      if (segment !== undefined) await this.prepareSegment(segment);
      if (hostStep?.kind === 'allReduce') this.tasks.push(this.allReduceTask(hostStep));
      if (hostStep?.kind === 'adam') this.tasks.push(this.hostTask(hostStep));
    }
  }

  /** Gradients are computed directly into the optimiser's memory; one that serves several states is copied. */
  private placeGradients(): void {
    for (const step of this.program.hostSteps) {
      const { memory } = this.optimiser(step);
      const shared: { from: TensorArray; to: Float32Array }[] = [];
      step.inputs.forEach((gradient, i) => {
        const place = memory.of(step.states[i], 'gradient');
        const from = this.memory.get(gradient);
        if (from === undefined) this.memory.set(gradient, place);
        else shared.push({ from, to: place });
      });
      this.sharedGradients.set(step, shared);
    }
  }

  private async prepareSegment(segment: Segment): Promise<void> {
    const { choose, threads, keepsMemory, settings, profiles } = this.compilation;
    const graph = lowerGraph({ ...segment, choose, withEmptySequence: true });
    const session = await Session.create(graph.model, {
      threads,
      keepsMemory,
      settings,
      profilePrefix: profiles?.prefix,
    });
    this.sessions.push(session);
    const feeds = [...graph.feeds].map(
      ([name, value]) => [name, { data: this.arrayOf(value), shape: value.shape }] as const,
    );
    const fetches = [...graph.fetches].map(([name, value]) => [name, this.arrayOf(value)] as const);
    const binding: Binding = session.bind(new Map(feeds), new Map(fetches));
    this.tasks.push(() => session.run(binding));
  }

  private allReduceTask({ values }: AllReduceStep): Task {
    const operands = values.map(({ operands: [operand] }) => this.arrayOf(operand) as Float32Array);
    const sums = values.map((value) => this.arrayOf(value) as Float32Array);
    return async () => {
      sums.forEach((sum, i) => {
        sum.set(operands[i]);
      });
      this.compilation.collective?.sum(sums);
    };
  }

  private hostTask(step: HostStep): Task {
    const optimiser = this.optimiser(step);
    return async ({ scalars = {}, accumulation }) => {
      const learningRate = scalars[step.learningRate];
      if (learningRate === undefined) throw new Error(`the scalar ${step.learningRate} is not given`);
      const started = performance.now();
      for (const { from, to } of this.sharedGradients.get(step)!) to.set(from as Float32Array);
      if (accumulation === undefined) await optimiser.update(learningRate);
      else await optimiser.accumulate(learningRate, accumulation);
      this.compilation.profiles?.addUpdate(step.name, performance.now() - started);
    };
  }

  private optimiser({ name, states }: HostStep): Adam {
    const optimiser = this.compilation.optimiserOf(states[0]);
    if (optimiser === undefined) throw new Error(`there is no optimiser ${name}`);
    return optimiser;
  }

  private arrayOf(value: Value): TensorArray {
    const { source } = value;
    if (source.kind === 'state' || source.kind === 'updated') {
      return this.compilation.store.floats(source.state);
    }
    let array = this.memory.get(value);
    if (array === undefined) {
      const length = elementCount(value.shape);
      array = value.type.dtype === 'u8' ? new Uint8Array(length) : new Float32Array(length);
      this.memory.set(value, array);
    }
    return array;
  }
}
