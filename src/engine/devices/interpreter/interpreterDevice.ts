import type { Program } from '../../ir/program.js';
import type { State } from '../../ir/state.js';
import type { ScheduleOptions } from '../../loops/schedule.js';
import type { Device, StateData } from '../../runtime/device.js';
import type { MemoryModel } from '../../runtime/memoryModel.js';
import { footprintOf, PARAMETER_BYTES } from '../../runtime/memoryPlan.js';
import type { AdamSettings } from '../../runtime/optimiser.js';
import type { Profile } from '../../runtime/profile.js';
import type { StepTime } from '../../runtime/stepTime.js';
import type { DecidedAlgorithms } from '../../runtime/tunedChoices.js';
import { InterpretedAdam } from './interpretedAdam.js';
import { InterpretedExecutable } from './interpretedExecutable.js';
import { InterpretedStates } from './interpretedStates.js';
import type { Precision } from './javaScript.js';

/**
 * Executes programs by the loops of their ops, in float64 and without anything but JavaScript. Other devices are
 * compared with it; it is no choice of `--device`, because a step takes some five nanoseconds a multiply-add.
 */
export class InterpreterDevice implements Device {
  readonly runsAhead = 0;
  readonly hasMixedPrecision = true;
  readonly name = 'interpreter';
  readonly versions = {};
  readonly fingerprint: string;
  readonly memory: MemoryModel = {
    isHost: true,
    strategies: [{ name: 'plain', keepsMemory: true, recomputes: false }],
    processBytes: 0,
    parameterBytes: 2 * PARAMETER_BYTES,
    predict: predictMemory,
    available: () => Number.POSITIVE_INFINITY,
  };
  private readonly states = new InterpretedStates();
  private readonly optimiserOf = new Map<State, InterpretedAdam>();
  private readonly executables = new Set<InterpretedExecutable>();

  /**
   * @param precision what results are rounded to; default: not at all
   * @param options by which programs become kernels; those of another device round where that one does
   */
  constructor(
    private readonly precision: Precision = 'f64',
    private readonly options: ScheduleOptions = {},
  ) {
    this.fingerprint = `interpreter ${precision}`;
  }

  /** Its ops have one algorithm each. */
  get decided(): DecidedAlgorithms {
    return { fingerprint: this.fingerprint, algorithms: {} };
  }

  restoreDecided(): void {}

  async allocate(states: readonly State[]): Promise<void> {
    this.states.allocate(states);
  }

  async upload(state: State, data: StateData): Promise<void> {
    this.states.set(state, data);
  }

  async download(state: State): Promise<StateData> {
    return this.states.get(state);
  }

  /** A copy of a state, not rounded. Throws as `download`. */
  numbersOf(state: State): Float64Array {
    return this.states.of(state).slice();
  }

  async free(states: readonly State[]): Promise<void> {
    this.states.free(states);
    for (const state of states) this.optimiserOf.delete(state);
  }

  async optimiser(states: readonly State[], settings: AdamSettings): Promise<InterpretedAdam> {
    const adam = new InterpretedAdam(states, settings, this.precision);
    for (const state of states) {
      this.states.adopt(state, adam.of(state, 'parameter'));
      this.optimiserOf.set(state, adam);
    }
    if (settings.lossScale !== undefined) this.states.adopt(settings.lossScale, adam.lossScaling!.memory);
    return adam;
  }

  async compile(program: Program): Promise<InterpretedExecutable> {
    const executable = new InterpretedExecutable(program, {
      states: this.states,
      optimiserOf: (state) => this.optimiserOf.get(state),
      ...{ precision: this.precision, options: this.options },
    });
    this.executables.add(executable);
    return executable;
  }

  /** Throws Error: it is not meant for training. */
  async predictTime(): Promise<StepTime> {
    throw new Error('the interpreter does not predict times');
  }

  async profile(): Promise<Profile> {
    return { nodes: [], updates: new Map() };
  }

  async dispose(): Promise<void> {
    for (const executable of this.executables) await executable.dispose();
    this.states.clear();
    this.optimiserOf.clear();
  }
}

/** Every value has memory of its own, of 64 bits a number. */
function predictMemory(program: Program) {
  const { states, kept, alive } = footprintOf(program);
  const needs = { process: 0, states: 2 * states, kept: 2 * kept, working: 2 * alive };
  return { ...needs, total: needs.states + needs.kept + needs.working };
}
