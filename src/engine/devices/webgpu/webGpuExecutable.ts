import type { Tensor } from '../../ir/loopForm.js';
import type { Program } from '../../ir/program.js';
import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import type { HostStep, Value } from '../../ir/value.js';
import { scheduleOf } from '../../loops/schedule.js';
import type { Schedule } from '../../loops/task.js';
import type { Collective } from '../../runtime/collective.js';
import type { Executable, RunInputs, RunResults } from '../../runtime/executable.js';
import type { TensorArray } from '../../runtime/tensorArray.js';
import { type AdamRun, AdamTask } from './adamTask.js';
import { type Dispatch, encodeDispatches } from './dispatches.js';
import { dispatchKernels } from './dispatchKernel.js';
import { Exchange } from './exchange.js';
import type { Gpu, Memory } from './gpu.js';
import { kernelLimitsOf, scheduleOptions } from './kernelLimits.js';
import type { KernelTiles } from './kernelTiles.js';
import type { KernelTimes, RunTiming } from './kernelTimes.js';
import { ProgramInputs } from './programInputs.js';
import { allocateProgram, gradientsInPlace, type ProgramMemory } from './programMemory.js';
import { type RunScalars, ScalarRing } from './scalarRing.js';
import type { StateMemory } from './stateMemory.js';
import { Submissions } from './submissions.js';
import type { WebGpuAdam } from './webGpuAdam.js';

/** What WebGPU compiles programs with. */
export interface WebGpuCompilation {
  readonly gpu: Gpu;
  /** How contractions are computed. */
  readonly tiles: KernelTiles;
  /** Told, before they are timed, how many contractions are. */
  readonly onTuning?: (kernels: number) => void;
  readonly states: StateMemory;
  readonly optimiserOf: (state: State) => WebGpuAdam | undefined;
  /** The processes that run the program together, where it is not this one alone. */
  readonly collective?: Collective | undefined;
  /** Where every kernel's time goes; absent: it is not taken. */
  readonly times?: KernelTimes;
  readonly onDispose: () => void;
}

interface Copy {
  readonly from: Memory;
  readonly to: Memory;
}

/** What a run encodes, one after another. */
type Step =
  | { readonly kind: 'kernels'; readonly dispatches: Dispatch[]; readonly names: string[] }
  | { readonly kind: 'copies'; readonly copies: readonly Copy[] }
  | ExchangeStage
  | AdamStage;

interface ExchangeStage {
  readonly kind: 'exchange';
  readonly exchange: Exchange;
  readonly from: readonly Memory[];
  readonly to: readonly Memory[];
}

interface AdamStage {
  readonly kind: 'adam';
  readonly task: AdamTask;
  readonly name: string;
  readonly learningRate: string;
  /** The optimiser's. */
  readonly exchange: Exchange | undefined;
}

/** A program as dispatches that one submission runs, or several with exchanges between them. */
export class WebGpuExecutable implements Executable {
  /** Runs so far: results are those of the last one. */
  private runs = 0;
  private isDisposed = false;

  private constructor(
    readonly program: Program,
    private readonly compilation: WebGpuCompilation,
    private readonly schedule: Schedule,
    private readonly memory: ProgramMemory,
    private readonly steps: readonly Step[],
    private readonly inputs: ProgramInputs,
    private readonly ring: ScalarRing,
  ) {}

  /** Throws Error when a state has no memory or an optimiser is missing, Pix2PixError when memory is lacking. */
  static async compile(program: Program, compilation: WebGpuCompilation): Promise<WebGpuExecutable> {
    const { gpu } = compilation;
    const isShared = compilation.collective !== undefined;
    const schedule = scheduleOf(program, { ...scheduleOptions(kernelLimitsOf(gpu)), isShared });
    const given = givenMemory(schedule, compilation);
    const memory = await allocateProgram(gpu, program, schedule, given);
    const steps = await prepareSteps(program, schedule, memory, compilation);
    const memoryOf = (value: Value) => {
      const tensor = schedule.tensors.get(value);
      return tensor && memory.of(tensor);
    };
    const inputs = await ProgramInputs.prepare(gpu, program, memoryOf);
    const scalars = [...program.outputs].filter(
      ([, { type }]) => type.dtype === 'f32' && elementCount(type.shape) === 1,
    );
    const ring = new ScalarRing(gpu, new Map(scalars.map(([name, value]) => [name, memoryOf(value)!])));
    return new WebGpuExecutable(program, compilation, schedule, memory, steps, inputs, ring);
  }

  /** How many dispatches a run makes, the optimisers' aside. */
  get kernels(): number {
    return this.steps.reduce((sum, step) => sum + (step.kind === 'kernels' ? step.dispatches.length : 0), 0);
  }

  async run(inputs: RunInputs): Promise<RunResults> {
    const { program, ring } = this;
    const { gpu, states, times } = this.compilation;
    const rates = this.steps.map((step) => (step.kind === 'adam' ? rateOf(step.learningRate, inputs) : 0));
    const masks = this.inputs.give(inputs);
    const updates = this.steps.map((step, i) =>
      step.kind === 'adam' ? step.task.begin(rates[i], inputs.accumulation) : NO_UPDATE,
    );
    this.runs++;
    const timing = times?.begin(this.kernels + updates.filter(({ update }) => update.length > 0).length);
    let scalars: RunScalars | undefined;
    const submissions = new Submissions(gpu);
    submissions.add((encoder) => encodeDispatches(encoder, masks));
    for (const [i, step] of this.steps.entries()) {
      if (step.kind === 'exchange') await submissions.exchange(step.exchange, step.from, step.to);
      else if (step.kind === 'adam') await addUpdate(submissions, step, updates[i], timing);
      else submissions.add((encoder) => encodeStep(encoder, step, timing));
    }
    submissions.add((encoder) => {
      timing?.end(encoder);
      scalars = ring.copy(encoder);
    });
    await submissions.submit();
    timing?.read();
    for (const [counter, amount] of program.counts) states.count(counter, amount);
    const run = this.runs;
    return { fetch: async (name) => this.fetch(name, run, scalars) };
  }

  async dispose(): Promise<void> {
    if (this.isDisposed) return;
    this.isDisposed = true;
    for (const step of this.steps) {
      if (step.kind === 'adam') step.task.dispose();
      if (step.kind === 'exchange') step.exchange.dispose();
    }
    this.inputs.dispose();
    this.ring.dispose();
    for (const buffer of this.memory.buffers) this.compilation.gpu.free(buffer);
    this.compilation.onDispose();
  }

  private async fetch(name: string, run: number, scalars?: RunScalars): Promise<TensorArray> {
    const value = this.program.outputs.get(name);
    if (value === undefined) throw new Error(`the program has no output ${name}`);
    if (run !== this.runs || this.isDisposed) throw new Error(`the output ${name} of this run is gone`);
    if (scalars !== undefined && this.ring.has(name)) {
      return Float32Array.of(await this.ring.read(scalars, name));
    }
    const memory = this.memory.of(this.schedule.tensors.get(value)!);
    const floats = new Float32Array(await this.compilation.gpu.read(memory));
    const { dtype } = value.type;
    if (dtype === 'i64') return BigInt64Array.from(floats, (x) => BigInt(x));
    return dtype === 'u8' ? Uint8Array.from(floats) : floats;
  }
}

/** The memory of states, and of those gradients that are computed where their optimiser keeps them. */
function givenMemory(schedule: Schedule, { states, optimiserOf }: WebGpuCompilation): Map<Tensor, Memory> {
  const given = new Map<Tensor, Memory>();
  for (const [{ source }, tensor] of schedule.tensors) {
    if (source.kind === 'state' || source.kind === 'updated') given.set(tensor, states.of(source.state));
  }
  for (const [tensor, { step, state }] of gradientsInPlace(schedule)) {
    given.set(tensor, optimiserFor(step, optimiserOf).of(state, 'gradient'));
  }
  return given;
}

/** The program's tasks as they are encoded: kernels in a row are one step. */
async function prepareSteps(
  program: Program,
  { tensors, tasks }: Schedule,
  memory: ProgramMemory,
  { gpu, tiles, onTuning, states, optimiserOf, collective }: WebGpuCompilation,
): Promise<Step[]> {
  const steps: Step[] = [];
  const copying = (copies: readonly Copy[]) => {
    const moving = copies.filter(({ from, to }) => from.buffer !== to.buffer || from.offset !== to.offset);
    if (moving.length > 0) steps.push({ kind: 'copies', copies: moving });
  };
  const kernels = tasks.flatMap((task) => (task.kind === 'kernel' ? [task.kernel] : []));
  await tiles.prepare(kernels, onTuning);
  const placed = kernels.map((kernel) => ({ kernel, memoryOf: memory.of, tile: tiles.tileOf(kernel) }));
  const dispatches = await dispatchKernels(gpu, placed);
  let next = 0;
  for (const task of tasks) {
    if (task.kind === 'kernel') {
      const dispatch = dispatches[next++];
      const last = steps.at(-1);
      if (last?.kind === 'kernels') {
        last.dispatches.push(dispatch);
        last.names.push(task.name);
      } else steps.push({ kind: 'kernels', dispatches: [dispatch], names: [task.name] });
      continue;
    }
    if (task.kind === 'allReduce') {
      const [from, to] = [task.step.values.map(({ operands }) => operands[0]), task.step.values].map(
        (values) => values.map((value) => memory.of(tensors.get(value)!)),
      );
      const sizes = from.map(({ bytes }) => bytes);
      steps.push({ kind: 'exchange', exchange: await Exchange.allocate(gpu, collective!, sizes), from, to });
      continue;
    }
    const { step } = task;
    const optimiser = optimiserFor(step, optimiserOf);
    copying(
      step.inputs.map((value, k) => ({
        from: memory.of(tensors.get(value)!),
        to: optimiser.of(step.states[k], 'gradient'),
      })),
    );
    const { name, learningRate } = step;
    const { exchange } = optimiser;
    steps.push({ kind: 'adam', task: await AdamTask.prepare(gpu, optimiser), name, learningRate, exchange });
  }
  copying(
    [...program.writes].map(([state, value]) => ({
      from: memory.of(tensors.get(value)!),
      to: states.of(state),
    })),
  );
  return steps;
}

const NO_UPDATE: AdamRun = { accumulation: [], update: [] };

/** An optimiser's update, where one is due, from the gradients of all processes. */
async function addUpdate(
  submissions: Submissions,
  { name, exchange }: AdamStage,
  { accumulation, update, gradients }: AdamRun,
  timing?: RunTiming,
): Promise<void> {
  submissions.add((encoder) => encodeDispatches(encoder, accumulation));
  if (gradients === undefined) return;
  if (exchange !== undefined) await submissions.exchange(exchange, gradients);
  submissions.add((encoder) => {
    if (timing === undefined) encodeDispatches(encoder, update);
    else timing.update(encoder, name, update);
  });
}

function encodeStep(
  encoder: GPUCommandEncoder,
  step: Extract<Step, { kind: 'kernels' | 'copies' }>,
  timing?: RunTiming,
): void {
  if (step.kind === 'copies') encodeCopies(encoder, step.copies);
  else if (timing === undefined) encodeDispatches(encoder, step.dispatches);
  else {
    step.dispatches.forEach((dispatch, k) => {
      timing.kernel(encoder, step.names[k], dispatch);
    });
  }
}

function optimiserFor(step: HostStep, optimiserOf: WebGpuCompilation['optimiserOf']): WebGpuAdam {
  const optimiser = optimiserOf(step.states[0]);
  if (optimiser === undefined) throw new Error(`there is no optimiser ${step.name}`);
  return optimiser;
}

function rateOf(learningRate: string, { scalars = {} }: RunInputs): number {
  const rate = scalars[learningRate];
  if (rate === undefined) throw new Error(`the scalar ${learningRate} is not given`);
  return rate;
}

function encodeCopies(encoder: GPUCommandEncoder, copies: readonly Copy[]): void {
  for (const { from, to } of copies) {
    encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, to.bytes);
  }
}
