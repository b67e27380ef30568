import type { Program } from '../../ir/program.js';
import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { Value } from '../../ir/value.js';
import { detach } from '../../ops/shape.js';
import type { Collective } from '../../runtime/collective.js';
import type { Device, DeviceSettings, StateData } from '../../runtime/device.js';
import type { CompileOptions, Executable } from '../../runtime/executable.js';
import type { AdamSettings, Optimiser } from '../../runtime/optimiser.js';
import type { Profile } from '../../runtime/profile.js';
import { type PredictOptions, predictStepTime, type StepTime } from '../../runtime/stepTime.js';
import type { DecidedAlgorithms } from '../../runtime/tunedChoices.js';
import { type Gpu, MAX_IN_FLIGHT } from './gpu.js';
import { KernelTiles } from './kernelTiles.js';
import { KernelTimes } from './kernelTimes.js';
import { StateMemory } from './stateMemory.js';
import { WebGpuAdam } from './webGpuAdam.js';
import { WebGpuExecutable } from './webGpuExecutable.js';
import { webGpuMemory } from './webGpuMemory.js';

/** Runs that count of each layer of a prediction. */
const PREDICTION_ROUNDS = 2;
/** More than any cache holds. */
const COPIED_BYTES = 2 ** 26;

/** A GPU by WebGPU, in Node and in pages: every loop of a program is a kernel in WGSL. */
export class WebGpuDevice implements Device {
  readonly memory;
  readonly runsAhead = MAX_IN_FLIGHT;
  readonly hasMixedPrecision = true;
  private readonly tiles: KernelTiles;
  private readonly states: StateMemory;
  private readonly optimiserOf = new Map<State, WebGpuAdam>();
  private readonly executables = new Set<Executable>();
  private readonly times: KernelTimes[] = [];

  /**
   * @param fingerprint of the adapter
   * @param versions of the library by which Node has WebGPU
   */
  constructor(
    readonly name: string,
    private readonly gpu: Gpu,
    readonly fingerprint: string,
    readonly versions: Readonly<Record<string, string>>,
    private readonly settings: Pick<DeviceSettings, 'profiling' | 'tunedChoices' | 'collective'> = {},
  ) {
    const { tunedChoices: store } = settings;
    this.tiles = new KernelTiles({ gpu, fingerprint, store, isSoftware: gpu.isSoftware });
    this.states = new StateMemory(gpu);
    this.memory = webGpuMemory(gpu, settings.collective !== undefined);
    if (settings.profiling) new KernelTimes(gpu); // refuses an adapter without timestamps before anything is run
  }

  get adapter(): string {
    return this.gpu.name;
  }

  get collective(): Collective | undefined {
    return this.settings.collective;
  }

  get allocatedBytes(): number {
    return this.gpu.allocatedBytes;
  }

  /** The tiles by which contractions are computed, by what they compute. */
  get decided(): DecidedAlgorithms {
    return this.tiles.decided;
  }

  restoreDecided(decided: DecidedAlgorithms): void {
    this.tiles.restore(decided);
  }

  async allocate(states: readonly State[]): Promise<void> {
    await this.states.allocate(states);
  }

  async upload(state: State, data: StateData): Promise<void> {
    this.states.set(state, data);
  }

  async download(state: State): Promise<StateData> {
    return this.states.get(state);
  }

  async free(states: readonly State[]): Promise<void> {
    this.states.free(states);
    for (const state of states) {
      const adam = this.optimiserOf.get(state);
      this.optimiserOf.delete(state);
      if (adam === undefined || [...this.optimiserOf.values()].includes(adam)) continue;
      if (adam.settings.lossScale !== undefined) this.states.free([adam.settings.lossScale]);
      adam.free();
    }
  }

  async optimiser(states: readonly State[], settings: AdamSettings): Promise<Optimiser> {
    const adam = await WebGpuAdam.create(this.gpu, states, settings, this.collective);
    for (const state of states) {
      this.states.adopt(state, adam.of(state, 'parameter'));
      this.optimiserOf.set(state, adam);
    }
    if (settings.lossScale !== undefined) this.states.adopt(settings.lossScale, adam.lossScaling!.scale);
    return adam;
  }

  async compile(program: Program, { onTuning }: CompileOptions = {}): Promise<WebGpuExecutable> {
    const times = this.settings.profiling ? new KernelTimes(this.gpu) : undefined;
    const executable = await WebGpuExecutable.compile(program, {
      gpu: this.gpu,
      tiles: this.tiles,
      onTuning,
      states: this.states,
      optimiserOf: (state) => this.optimiserOf.get(state),
      collective: this.collective,
      times,
      onDispose: () => {
        this.executables.delete(executable);
        if (times !== undefined) this.times.push(times);
      },
    });
    this.executables.add(executable);
    return executable;
  }

  async predictTime(program: Program, { progress }: PredictOptions = {}): Promise<StepTime> {
    const rate = await this.copyRate();
    const timeLayer = (value: Value) => this.timeLayer(value);
    return predictStepTime(program, { timeLayer, copyRate: () => rate }, progress);
  }

  async profile(): Promise<Profile> {
    const profiles = await Promise.all(this.times.map((times) => times.profile()));
    const updates = new Map<string, number[]>();
    for (const [name, times] of profiles.flatMap(({ updates }) => [...updates])) {
      updates.set(name, [...(updates.get(name) ?? []), ...times]);
    }
    return { nodes: profiles.flatMap(({ nodes }) => nodes), updates };
  }

  async dispose(): Promise<void> {
    for (const executable of this.executables) await executable.dispose();
    this.states.clear();
    this.optimiserOf.clear();
    await this.gpu.dispose();
  }

  /** Milliseconds of one op by itself, at its fastest. */
  private async timeLayer({ source }: Value): Promise<number> {
    if (source.kind !== 'op') return 0;
    const trace = new Trace(true);
    const inputs = source.inputs.map(({ type }, i) => trace.input(`x${i}`, type));
    const { op, scope, type, attributes } = source;
    const layer = new Value({ kind: 'op', op, inputs, attributes, type, scope });
    const executable = await this.compile(trace.program({ y: detach(layer) }));
    const zeros = inputs.map(({ shape }, i) => [`x${i}`, new Float32Array(elementCount(shape))]);
    const tensors = Object.fromEntries(zeros);
    let fastest = Number.POSITIVE_INFINITY;
    for (let round = 0; round <= PREDICTION_ROUNDS; round++) {
      const started = performance.now();
      await executable.run({ tensors });
      await this.gpu.finish();
      if (round > 0) fastest = Math.min(fastest, performance.now() - started);
    }
    await executable.dispose();
    return fastest;
  }

  /** Bytes a millisecond that memory moves, each counted as read and as written. */
  private async copyRate(): Promise<number> {
    const buffers = [];
    for (const end of ['from', 'to']) buffers.push(await this.gpu.allocate(COPIED_BYTES, `copy ${end}`));
    const [from, to] = buffers;
    let fastest = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) {
      const started = performance.now();
      await this.gpu.submit((encoder) => encoder.copyBufferToBuffer(from, 0, to, 0, COPIED_BYTES));
      await this.gpu.finish();
      fastest = Math.min(fastest, performance.now() - started);
    }
    for (const buffer of buffers) this.gpu.free(buffer);
    return (2 * COPIED_BYTES) / fastest;
  }
}
