import { cpus } from 'node:os';
import { type AlgorithmChooser, layerOf } from '../../ir/layer.js';
import type { Program } from '../../ir/program.js';
import type { State } from '../../ir/state.js';
import type { Value } from '../../ir/value.js';
import { Autotuner } from '../../runtime/autotuner.js';
import type { Collective } from '../../runtime/collective.js';
import type { Device, DeviceSettings, StateData } from '../../runtime/device.js';
import type { CompileOptions, Executable } from '../../runtime/executable.js';
import type { AdamSettings, Optimiser } from '../../runtime/optimiser.js';
import type { Profile } from '../../runtime/profile.js';
import { copyRate, type PredictOptions, predictStepTime, type StepTime } from '../../runtime/stepTime.js';
import type { DecidedAlgorithms } from '../../runtime/tunedChoices.js';
import { Adam } from './adam.js';
import { CpuExecutable } from './cpuExecutable.js';
import { cpuMemory } from './cpuMemory.js';
import { timeAlgorithms } from './layerTiming.js';
import { libraryVersions, onnxRuntime } from './onnxRuntime.js';
import { ProfileFolder } from './profileFolder.js';
import { threadCount } from './sessionOptions.js';
import { StateStore } from './stateStore.js';
import type { UpdateThreads } from './threadedUpdate.js';
import { fastestUpdateThreads } from './updateThreads.js';

/** Runs that count of each algorithm of a layer, and of each layer of a prediction. */
const [TUNING_ROUNDS, PREDICTION_ROUNDS] = [3, 2];

export interface CpuSettings extends DeviceSettings {
  /** Picks the algorithms of layers in place of rules and timed choices. */
  readonly choose?: AlgorithmChooser;
  /** Settings of ONNX Runtime's sessions, see `SessionOptions`. */
  readonly session?: Readonly<Record<string, string>>;
  /** The threads that update parameters. Default: one, or as many as compute where those are faster. */
  readonly updateThreads?: UpdateThreads | 'one' | undefined;
}

/** The processor: ONNX Runtime executes segments, and a WebAssembly kernel updates what is trained. */
export class CpuDevice implements Device {
  readonly runsAhead = 0;
  readonly hasMixedPrecision = false;
  readonly versions = libraryVersions();
  readonly notice = onnxRuntime().notice;
  readonly fingerprint: string;
  readonly memory = cpuMemory;
  readonly collective: Collective | undefined;
  private readonly store = new StateStore();
  private readonly optimiserOf = new Map<State, Adam>();
  private readonly executables = new Set<Executable>();
  private readonly threads: number;
  private readonly autotuner: Autotuner;
  private readonly profiles: ProfileFolder | undefined;
  private fastestUpdate: Promise<UpdateThreads | undefined> | undefined;

  constructor(
    readonly name: string,
    private readonly settings: CpuSettings = {},
  ) {
    const { threads = 0, tunedChoices, profiling = false, collective } = settings;
    this.threads = threads;
    this.collective = collective;
    const library = Object.entries(this.versions).flat().join(' ');
    this.fingerprint = `${cpus()[0]?.model.trim()}, ${threadCount(threads)} threads, ${library}`;
    this.profiles = profiling ? new ProfileFolder() : undefined;
    this.autotuner = new Autotuner({
      fingerprint: this.fingerprint,
      time: (value, algorithms) => timeAlgorithms(value, algorithms, threads, TUNING_ROUNDS),
      store: tunedChoices,
    });
  }

  get decided(): DecidedAlgorithms {
    return this.autotuner.decided;
  }

  restoreDecided(decided: DecidedAlgorithms): void {
    this.autotuner.restore(decided);
  }

  async allocate(states: readonly State[]): Promise<void> {
    this.store.allocate(states.filter((state) => !this.store.has(state)));
  }

  async upload(state: State, data: StateData): Promise<void> {
    this.store.set(state, data);
  }

  async download(state: State): Promise<StateData> {
    return this.store.get(state).slice();
  }

  async free(states: readonly State[]): Promise<void> {
    this.store.free(states);
    const optimisers = new Set(states.map((state) => this.optimiserOf.get(state)));
    for (const state of states) this.optimiserOf.delete(state);
    for (const optimiser of optimisers) await optimiser?.dispose();
  }

  async optimiser(states: readonly State[], settings: AdamSettings): Promise<Optimiser> {
    const adam = new Adam(states, settings, undefined, this.collective, await this.updateThreads());
    for (const state of states) {
      this.store.adopt(state, adam.memory.of(state, 'parameter'));
      this.optimiserOf.set(state, adam);
    }
    return adam;
  }

  async compile(program: Program, { keepsMemory, onTuning }: CompileOptions = {}): Promise<Executable> {
    const executable = await CpuExecutable.compile(program, {
      choose: await this.chooserFor(program, onTuning),
      threads: this.threads,
      keepsMemory,
      settings: this.settings.session,
      store: this.store,
      optimiserOf: (state) => this.optimiserOf.get(state),
      collective: this.collective,
      profiles: this.profiles,
      onDispose: () => this.executables.delete(executable),
    });
    this.executables.add(executable);
    return executable;
  }

  async predictTime(program: Program, { onTuning, progress }: PredictOptions = {}): Promise<StepTime> {
    const choose = await this.chooserFor(program, onTuning);
    const timeLayer = async (value: Value) => {
      const algorithm = choose(layerOf(value));
      return (await timeAlgorithms(value, [algorithm], this.threads, PREDICTION_ROUNDS))[algorithm];
    };
    return predictStepTime(program, { timeLayer, copyRate }, progress);
  }

  async profile(): Promise<Profile> {
    return this.profiles?.read() ?? { nodes: [], updates: new Map() };
  }

  async dispose(): Promise<void> {
    for (const executable of this.executables) await executable.dispose();
    for (const optimiser of new Set(this.optimiserOf.values())) await optimiser.dispose();
    this.store.clear();
    this.optimiserOf.clear();
    this.profiles?.remove();
  }

  private async updateThreads(): Promise<UpdateThreads | undefined> {
    const { updateThreads = onnxRuntime().isNative ? undefined : 'one', tunedChoices: store } = this.settings;
    if (updateThreads !== undefined) return updateThreads === 'one' ? undefined : updateThreads;
    const { fingerprint, threads } = this;
    this.fastestUpdate ??= fastestUpdateThreads({ fingerprint, store, threads });
    return this.fastestUpdate;
  }

  private chooserFor(
    program: Program,
    onTuning?: (layers: number) => void,
  ): AlgorithmChooser | Promise<AlgorithmChooser> {
    return this.settings.choose ?? this.autotuner.chooserFor(program, onTuning);
  }
}
