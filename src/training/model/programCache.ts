import type { AlgorithmChooser } from '../../engine/ir/layer.js';
import type { Program } from '../../engine/ir/program.js';
import type { Adam } from '../../engine/runtime/adam.js';
import { type CompileOptions, Executable } from '../../engine/runtime/executable.js';
import type { StateStore } from '../../engine/runtime/stateStore.js';

/**
 * Compiled programs kept at a time: the two parts of a training step, those of a partial last batch, and the
 * validation's forward pass. Images of many sizes (`--preprocess none`) would otherwise fill the memory.
 */
const MAX_COMPILED = 5;

/** Bytes that a compiled program takes, and that all of them may take. */
export interface ProgramMemory {
  readonly bytesOf: (program: Program) => number;
  readonly room: number;
}

/** The programs of one model that were used last, compiled. */
export class ProgramCache {
  /** A map keeps the order of insertion: the one used longest ago is the first. */
  private readonly compiled = new Map<string, { readonly executable: Executable; readonly bytes: number }>();

  constructor(
    private readonly store: StateStore,
    private readonly optimisers: ReadonlyMap<string, Adam>,
    private readonly options: Omit<CompileOptions, 'choose' | 'optimisers'>,
    /** Picks the algorithms of a program's layers. */
    private readonly chooserFor: (program: Program) => AlgorithmChooser | Promise<AlgorithmChooser>,
    private readonly memory: ProgramMemory,
  ) {}

  /** The program of this key, built and compiled where it is not kept any more. */
  async get(key: string, build: () => Program): Promise<Executable> {
    let entry = this.compiled.get(key);
    this.compiled.delete(key); // set again below, as the newest
    if (entry === undefined) {
      const { store, optimisers, options } = this;
      const program = build();
      const bytes = this.memory.bytesOf(program);
      await this.makeRoom(bytes);
      const choose = await this.chooserFor(program);
      const executable = await Executable.compile(program, store, { ...options, choose, optimisers });
      entry = { executable, bytes };
    }
    this.compiled.set(key, entry);
    return entry.executable;
  }

  /** Frees all of them. */
  async dispose(): Promise<void> {
    for (const { executable } of this.compiled.values()) await executable.dispose();
    this.compiled.clear();
  }

  /** For one more, by letting go of those used longest ago. */
  private async makeRoom(bytes: number): Promise<void> {
    let taken = bytes + [...this.compiled.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of this.compiled) {
      if (this.compiled.size < MAX_COMPILED && taken <= this.memory.room) return;
      taken -= entry.bytes;
      this.compiled.delete(key);
      await entry.executable.dispose();
    }
  }
}
