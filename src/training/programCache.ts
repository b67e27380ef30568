import type { Program } from '../ir/program.js';
import type { FormChooser } from '../onnx/graphBuilder.js';
import type { Adam } from '../runtime/adam.js';
import { type CompileOptions, Executable } from '../runtime/executable.js';
import type { StateStore } from '../runtime/stateStore.js';

/**
 * Compiled programs kept at a time: a training step, that of a partial last batch, and the validation's forward pass.
 * Images of many sizes (`--preprocess none`) would otherwise fill the memory.
 */
const MAX_COMPILED = 3;

/** The programs of one model that were used last, compiled. */
export class ProgramCache {
  /** A map keeps the order of insertion: the one used longest ago is the first. */
  private readonly compiled = new Map<string, Executable>();

  constructor(
    private readonly store: StateStore,
    private readonly optimisers: ReadonlyMap<string, Adam>,
    private readonly options: Omit<CompileOptions, 'choose' | 'optimisers'>,
    /** Picks the forms of a program's layers. */
    private readonly chooserFor: (program: Program) => FormChooser | Promise<FormChooser>,
  ) {}

  /** The program of this key, built and compiled where it is not kept any more. */
  async get(key: string, build: () => Program): Promise<Executable> {
    let executable = this.compiled.get(key);
    this.compiled.delete(key); // set again below, as the newest
    if (executable === undefined) {
      await this.makeRoom();
      const { store, optimisers, options } = this;
      const program = build();
      const choose = await this.chooserFor(program);
      executable = await Executable.compile(program, store, { ...options, choose, optimisers });
    }
    this.compiled.set(key, executable);
    return executable;
  }

  /** Frees all of them. */
  async dispose(): Promise<void> {
    for (const executable of this.compiled.values()) await executable.dispose();
    this.compiled.clear();
  }

  private async makeRoom(): Promise<void> {
    const surplus = [...this.compiled].slice(0, Math.max(0, this.compiled.size + 1 - MAX_COMPILED));
    for (const [key, executable] of surplus) {
      this.compiled.delete(key);
      await executable.dispose();
    }
  }
}
