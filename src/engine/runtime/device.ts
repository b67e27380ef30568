import type { Program } from '../ir/program.js';
import type { State } from '../ir/state.js';
import { elementCount } from '../ir/tensorType.js';
import type { Collective } from './collective.js';
import type { CompileOptions, Executable } from './executable.js';
import type { MemoryModel } from './memoryModel.js';
import type { AdamSettings, Optimiser } from './optimiser.js';
import type { Profile } from './profile.js';
import type { PredictOptions, StepTime } from './stepTime.js';
import type { DecidedAlgorithms, TunedChoicesStore } from './tunedChoices.js';

/** The elements of a state, row by row as its type says: f32, or a single i64 of a counter. */
export type StateData = Float32Array | BigInt64Array;

/** The settings that a device is opened with. A device ignores those that mean nothing to it. */
export interface DeviceSettings {
  /** Threads that compute; 0: one per core. Default: 0. */
  readonly threads?: number;
  /** Where timed choices are kept. Default: nowhere; then nothing is timed, and rules choose. */
  readonly tunedChoices?: TunedChoicesStore;
  /** Of a device that there are several of: a part of the name of the one to use. Default: the fastest. */
  readonly gpu?: string;
  /** Whether a GPU's tensor cores, where it has such, are tried in programs of mixed precision. Default: no. */
  readonly tensorCores?: boolean;
  /** Whether kernels check every place in memory that they touch. Default: by a GPU in software alone. */
  readonly boundsChecks?: boolean;
  /** Whether runs are timed op by op, for `profile`, which makes them a little slower. Default: no. */
  readonly profiling?: boolean;
  /** The processes that train together: gradients are summed over them before an update. Default: this one alone. */
  readonly collective?: Collective;
}

/**
 * The interface through which programs are executed. States are the device's memory, which callers see through `upload`
 * and `download` alone, and programs are compiled over them. Calls must not overlap, except that a result or a state
 * that was asked for may be awaited later.
 *
 * ```
 * await device.allocate(states);
 * const executable = await device.compile(program);
 * const results = await executable.run({ tensors: { x } });
 * const loss = (await results.fetch('loss'))[0];
 * ```
 */
export interface Device {
  /** As `--device` names it. */
  readonly name: string;
  /** Of the libraries that compute, by package, for the record. */
  readonly versions: Readonly<Record<string, string>>;
  /** Something that a person should know before work begins, as a line: that it is slow here, and why. */
  readonly notice?: string | undefined;
  /**
   * Identifies the conditions under which tuned choices hold: the hardware, the threads, the library with its version.
   */
  readonly fingerprint: string;
  readonly memory: MemoryModel;
  /** The processes that its programs are run by together, where it is not this one alone. */
  readonly collective?: Collective | undefined;
  /** Whether it computes programs in mixed precision. */
  readonly hasMixedPrecision: boolean;
  /**
   * Runs that may be under way while the next is begun: whoever wants a result of every run awaits it so many runs later,
   * and never waits. 0: a run is over when its promise resolves.
   */
  readonly runsAhead: number;
  /** The hardware by its driver's name for it, where it is not the machine's processor. */
  readonly adapter?: string | undefined;
  /** Bytes of memory of its own that are allocated now, where it has some and counts them. */
  readonly allocatedBytes?: number | undefined;
  /** Which algorithms its programs compute by so far, for checkpoints: others would give other bits. */
  readonly decided: DecidedAlgorithms;

  /**
   * Gives states memory, zero at first. Those that have some already, from their optimiser, keep it.
   * @throws Pix2PixError when there is not enough
   */
  allocate(states: readonly State[]): Promise<void>;

  /**
   * Sets a state. The data is copied before the promise resolves, into whatever layout the device keeps it in.
   * @throws Error when the state is not allocated, or the data is of another kind or size
   */
  upload(state: State, data: StateData): Promise<void>;

  /** A copy of a state as it is after all that has been run. Throws as `upload`. */
  download(state: State): Promise<StateData>;

  /** Gives the memory of states back; programs over them must not run any more. */
  free(states: readonly State[]): Promise<void>;

  /**
   * Adam for these states, with memory for them, their gradients and moments. Programs find it by the states that their
   * host steps update.
   *
   * @throws Pix2PixError when there is not enough memory
   */
  optimiser(states: readonly State[], settings: AdamSettings): Promise<Optimiser>;

  /**
   * Makes a program ready to run. All states that it uses must be allocated, and have their optimisers.
   * @throws Error when one is missing, or a state is read as it was before a step that has updated it
   */
  compile(program: Program, options?: CompileOptions): Promise<Executable>;

  /** Has programs to come compute as before; what was decided for another device is passed over. */
  restoreDecided(decided: DecidedAlgorithms): void;

  /** Predicts how long a run takes, from its parts timed one by one: none of the program's memory is allocated. */
  predictTime(program: Program, options?: PredictOptions): Promise<StepTime>;

  /** The times of the programs that have been disposed of by now; empty without `profiling`. */
  profile(): Promise<Profile>;

  /** Frees everything: programs, optimisers and states. */
  dispose(): Promise<void>;
}

/** @throws Error when data for a state is of another kind or size than it takes */
export function requireFitting({ name, type }: State, data: StateData): void {
  const kind = type.dtype === 'i64' ? BigInt64Array : Float32Array;
  const length = elementCount(type.shape);
  if (data instanceof kind && data.length === length) return;
  const given = `${data.length} of ${data.constructor.name}`;
  throw new Error(`${name} is given ${given}, it takes ${length} of ${kind.name}`);
}

/** A state of floats. Throws as `Device.download`, and for a counter. */
export async function downloadFloats(device: Pick<Device, 'download'>, state: State): Promise<Float32Array> {
  const data = await device.download(state);
  if (!(data instanceof Float32Array)) throw new Error(`${state.name} is no state of floats`);
  return data;
}
