import type { Program } from '../../engine/ir/program.js';
import type { Device } from '../../engine/runtime/device.js';
import type { CompileOptions, Executable, RunInputs } from '../../engine/runtime/executable.js';
import { ProgramOutputs } from './programOutputs.js';

/**
 * Compiled programs kept at a time: the two parts of a training step, those of a partial last batch, and the
 * validation's forward pass. Images of many sizes (`--preprocess none`) would otherwise fill the memory.
 */
export const MAX_COMPILED = 5;

/** Bytes that a compiled program takes, and that all of them may take. */
export interface ProgramMemory {
  readonly bytesOf: (program: Program) => number;
  readonly room: number;
}

/** A compiled program, and what its last run has left on the device. */
class CachedProgram {
  private last: ProgramOutputs | undefined;

  constructor(
    private readonly executable: Executable,
    readonly bytes: number,
  ) {}

  async run(inputs: RunInputs): Promise<ProgramOutputs> {
    const { program } = this.executable;
    this.last = new ProgramOutputs(program, await this.executable.run(inputs));
    return this.last;
  }

  /** Lets go of the program, but not of what its last run has given. */
  async retire(): Promise<void> {
    await this.last?.settle();
    await this.dispose();
  }

  dispose(): Promise<void> {
    return this.executable.dispose();
  }
}

/** The programs of one model that were used last, compiled. */
export class ProgramCache {
  /** A map keeps the order of insertion: the one used longest ago is the first. */
  private readonly compiled = new Map<string, CachedProgram>();

  constructor(
    private readonly device: Pick<Device, 'compile'>,
    private readonly options: CompileOptions,
    private readonly memory: ProgramMemory,
  ) {}

  /** The program of this key, built and compiled where it is not kept any more. */
  async get(key: string, build: () => Program): Promise<CachedProgram> {
    let entry = this.compiled.get(key);
    this.compiled.delete(key); // set again below, as the newest
    if (entry === undefined) {
      const program = build();
      const bytes = this.memory.bytesOf(program);
      await this.makeRoom(bytes);
      entry = new CachedProgram(await this.device.compile(program, this.options), bytes);
    }
    this.compiled.set(key, entry);
    return entry;
  }

  /** Frees all of them. */
  async dispose(): Promise<void> {
    for (const entry of this.compiled.values()) await entry.dispose();
    this.compiled.clear();
  }

  /** For one more, by letting go of those used longest ago. */
  private async makeRoom(bytes: number): Promise<void> {
    let taken = bytes + [...this.compiled.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of this.compiled) {
      if (this.compiled.size < MAX_COMPILED && taken <= this.memory.room) return;
      taken -= entry.bytes;
      this.compiled.delete(key);
      await entry.retire();
    }
  }
}
