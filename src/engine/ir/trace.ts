import type { NoiseKind, Program } from './program.js';
import { currentScope } from './scope.js';
import type { State } from './state.js';
import type { TensorType } from './tensorType.js';
import { type HostStep, Value } from './value.js';

/** The part of a batch that one of several processes computes, which run a program together. */
export interface BatchShare {
  /** How much of the whole batch it is, 0 ... 1; those of all processes add up to 1. */
  readonly share: number;
  /** Images in the whole batch. */
  readonly images: number;
  /** Whether batch norms take the statistics of the whole batch; otherwise those of this process's part. */
  readonly syncNorm: boolean;
}

/**
 * Records one program as it is built. States read like variables of an imperative program: `read` gives the value
 * they have at this point, `write` and host steps move it, so a network called after its optimiser step is the updated
 * network.
 */
export class Trace {
  private readonly inputs = new Map<string, Value>();
  private readonly initial = new Map<State, Value>();
  /** Of states that have changed. */
  private current = new Map<State, Value>();
  private written = new Map<State, Value>();
  private counts = new Map<State, number>();
  private readonly dropoutMasks = new Map<string, number>();
  private readonly noises = new Map<string, NoiseKind>();
  private readonly hostSteps: HostStep[] = [];

  /**
   * @param training batch statistics and dropout are on; off, networks use their running statistics
   * @param share of several processes, which part of the batch this one has; default: all of it
   * @param lossScales in mixed precision, by optimiser, the state by which its loss is multiplied
   */
  constructor(
    readonly training: boolean,
    readonly share?: BatchShare,
    readonly lossScales: ReadonlyMap<string, State> = new Map(),
  ) {}

  /** A tensor that the caller supplies at every run. */
  input(name: string, type: TensorType): Value {
    if (this.inputs.has(name)) throw new Error(`the program has an input ${name} already`);
    const value = new Value({ kind: 'input', name, type, scope: currentScope() });
    this.inputs.set(name, value);
    return value;
  }

  /** The value of a state at this point of the program. */
  read(state: State): Value {
    const changed = this.current.get(state);
    if (changed !== undefined) return changed;
    let value = this.initial.get(state);
    if (value === undefined) {
      value = new Value({ kind: 'state', state, type: state.type, scope: currentScope() });
      this.initial.set(state, value);
    }
    return value;
  }

  /** Gives a state a new value; the runtime stores the last one when the program ends. */
  write(state: State, value: Value): void {
    this.current.set(state, value);
    this.written.set(state, value);
  }

  /** Moves a counter by one. */
  count(counter: State): void {
    this.counts.set(counter, (this.counts.get(counter) ?? 0) + 1);
  }

  /** Runs `build`, after which all states and counters are as before it: what it writes is left to another program. */
  withoutMoving<T>(build: () => T): T {
    const { current, written, counts } = this;
    this.current = new Map(current);
    this.written = new Map(written);
    this.counts = new Map(counts);
    try {
      return build();
    } finally {
      Object.assign(this, { current, written, counts });
    }
  }

  /**
   * An input that zeroes elements with probability `rate` and scales the others by 1 / (1 - rate). Masks come from
   * outside, so that a step stays a pure function of its inputs.
   */
  dropoutMask(type: TensorType, rate: number): Value {
    const name = `dropout.${this.dropoutMasks.size}`;
    this.dropoutMasks.set(name, rate);
    return this.input(name, type);
  }

  /** An input of random numbers, which the caller draws for every run. */
  noise(kind: NoiseKind, type: TensorType): Value {
    const name = `noise.${this.noises.size}`;
    this.noises.set(name, kind);
    return this.input(name, type);
  }

  /** Appends a host step; from here on its states read as updated. */
  hostStep(step: HostStep): void {
    this.hostSteps.push(step);
    for (const state of step.states) {
      this.current.set(
        state,
        new Value({ kind: 'updated', state, by: step, type: state.type, scope: currentScope() }),
      );
    }
  }

  /** Closes the trace over the values that the caller wants back. */
  program(outputs: Readonly<Record<string, Value>>): Program {
    return {
      inputs: this.inputs,
      outputs: new Map(Object.entries(outputs)),
      writes: this.written,
      counts: this.counts,
      dropoutMasks: this.dropoutMasks,
      noises: this.noises,
      hostSteps: this.hostSteps,
    };
  }
}
