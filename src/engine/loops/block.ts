/** The level of what is computed for each point of a kernel's axes, in which its accumulators are known. */
export const POINT = 1;

/** A part of a program that is being written: outside of all loops, at a point, or in a loop that is summed over. */
export class Block {
  readonly lines: string[] = [];
  private readonly names = new Map<string, string>();

  /**
   * @param level 0 outside of all loops, `POINT`, and one more for each loop within
   * @param language how a line is written that gives code a name
   * @param parent the block around it
   */
  constructor(
    readonly level: number,
    private readonly language: { define(name: string, code: string): string },
    private readonly parent?: Block,
  ) {}

  /** The name of something that is computed here or around this block. */
  find(key: string): string | undefined {
    return this.names.get(key) ?? this.parent?.find(key);
  }

  /** The outermost block of at least this level. */
  at(level: number): Block {
    return this.parent !== undefined && this.parent.level >= level ? this.parent.at(level) : this;
  }

  /** Computes something in each turn, and returns its name: the same for programs that differ in keys alone. */
  define(key: string, code: string): string {
    const name = `x${this.level}_${this.lines.length}`;
    this.names.set(key, name);
    this.lines.push(this.language.define(name, code));
    return name;
  }
}
