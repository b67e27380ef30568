import type { AlgorithmChooser } from '../ir/layer.js';
import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { HostStep, Value } from '../ir/value.js';
import { lowerGraph } from '../onnx/lower.js';
import type { Accumulation, Adam } from './adam.js';
import { cutProgram, type Segment } from './segments.js';
import { type Binding, Session, type SessionOptions, type TensorArray } from './session.js';
import type { StateStore } from './stateStore.js';

export interface CompileOptions extends SessionOptions {
  readonly choose: AlgorithmChooser;
  /** The optimisers that the program's host steps belong to, by name. */
  readonly optimisers?: ReadonlyMap<string, Adam>;
  /** Told how long each host step took. */
  readonly onHostStep?: (name: string, milliseconds: number) => void;
}

/** What a run is given: tensors for the program's inputs, and numbers for its run-time scalars. */
export interface RunInputs {
  readonly tensors: Readonly<Record<string, TensorArray>>;
  readonly scalars?: Readonly<Record<string, number>>;
  /** Gradients of this run are accumulated with others', and optimisers update with the last of them. */
  readonly accumulation?: Accumulation;
}

type Task = (inputs: RunInputs) => Promise<void>;

/** A program ready to run: its sessions, and memory for everything that enters, crosses or leaves them. */
export class Executable {
  private readonly sessions: Session[] = [];
  private readonly tasks: Task[] = [];
  private readonly memory = new Map<Value, TensorArray>();
  private readonly sharedGradients = new Map<HostStep, { from: TensorArray; to: Float32Array }[]>();

  private constructor(
    readonly program: Program,
    private readonly store: StateStore,
    private readonly options: CompileOptions,
  ) {}

  /** All states that the program uses must have been allocated in `store`. */
  static async compile(program: Program, store: StateStore, options: CompileOptions): Promise<Executable> {
    const executable = new Executable(program, store, options);
    await executable.prepare();
    return executable;
  }

  /**
   * Runs the program once. Inputs are copied in; the outputs, by name, are views that the next run overwrites.
   */
  async run(inputs: RunInputs): Promise<ReadonlyMap<string, TensorArray>> {
    for (const [name, value] of this.program.inputs) this.fill(name, value, inputs.tensors[name]);
    for (const task of this.tasks) await task(inputs);
    for (const [state, value] of this.program.writes) {
      this.store.floats(state).set(this.memory.get(value) as Float32Array);
    }
    for (const [counter, amount] of this.program.counts) this.store.counter(counter)[0] += BigInt(amount);
    return new Map([...this.program.outputs].map(([name, value]) => [name, this.memory.get(value)!]));
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions) await session.dispose(this.options.profilePrefix !== undefined);
    this.sessions.length = 0;
    this.tasks.length = 0;
    this.memory.clear();
  }

  private fill(name: string, value: Value, data: TensorArray | undefined): void {
    const target = this.memory.get(value);
    if (target === undefined) return; // the program does not use this input
    if (data === undefined) throw new Error(`the program's input ${name} is not given`);
    if (data.length !== target.length) {
      throw new Error(`input ${name} has ${data.length} elements, the program takes ${target.length}`);
    }
    (target as Float32Array).set(data as Float32Array);
  }

  private async prepare(): Promise<void> {
    checkComputed(this.program);
    this.placeGradients();
    for (const { segment, hostStep } of cutProgram(this.program)) {
      if (segment !== undefined) await this.prepareSegment(segment);
      if (hostStep !== undefined) this.tasks.push(this.hostTask(hostStep));
    }
  }

  /** Gradients are computed straight into the optimiser's memory; one that serves several states is copied on. */
  private placeGradients(): void {
    for (const step of this.program.hostSteps) {
      const { memory } = this.optimiser(step.name);
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
    const graph = lowerGraph({ ...segment, choose: this.options.choose, withEmptySequence: true });
    const session = await Session.create(graph.model, this.options);
    this.sessions.push(session);
    const feeds = [...graph.feeds].map(
      ([name, value]) => [name, { data: this.arrayOf(value), shape: value.shape }] as const,
    );
    const fetches = [...graph.fetches].map(([name, value]) => [name, this.arrayOf(value)] as const);
    const binding: Binding = session.bind(new Map(feeds), new Map(fetches));
    this.tasks.push(() => session.run(binding));
  }

  private hostTask(step: HostStep): Task {
    const optimiser = this.optimiser(step.name);
    return async ({ scalars = {}, accumulation }) => {
      const learningRate = scalars[step.learningRate];
      if (learningRate === undefined) throw new Error(`the scalar ${step.learningRate} is not given`);
      const started = performance.now();
      for (const { from, to } of this.sharedGradients.get(step)!) to.set(from as Float32Array);
      if (accumulation === undefined) optimiser.update(learningRate);
      else optimiser.accumulate(learningRate, accumulation);
      this.options.onHostStep?.(step.name, performance.now() - started);
    };
  }

  private optimiser(name: string): Adam {
    const optimiser = this.options.optimisers?.get(name);
    if (optimiser === undefined) throw new Error(`there is no optimiser ${name}`);
    return optimiser;
  }

  private arrayOf(value: Value): TensorArray {
    const { source } = value;
    if (source.kind === 'state' || source.kind === 'updated') return this.store.floats(source.state);
    let array = this.memory.get(value);
    if (array === undefined) {
      const length = elementCount(value.shape);
      array = value.type.dtype === 'u8' ? new Uint8Array(length) : new Float32Array(length);
      this.memory.set(value, array);
    }
    return array;
  }
}

/** Only what a segment computes has memory of its own to leave in. */
function checkComputed({ outputs, writes }: Program): void {
  const leaving = [...outputs, ...[...writes].map(([state, value]) => [state.name, value] as const)];
  for (const [name, { source }] of leaving) {
    if (source.kind === 'op' || source.kind === 'constant') continue;
    throw new Error(`${name} is the program's ${source.kind} itself: give out a detach of it`);
  }
}
