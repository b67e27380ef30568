/** A loop of a program that is being written, and what is computed in each of its turns. */
export class Block {
  readonly lines: string[] = [];
  private readonly names = new Map<string, string>();

  /**
   * @param level how many loops it is in
   * @param parent the loop around it
   */
  constructor(
    readonly level: number,
    private readonly parent?: Block,
  ) {}

  /** The name of something that is computed here or outside of this loop. */
  find(key: string): string | undefined {
    return this.names.get(key) ?? this.parent?.find(key);
  }

  /** The outermost loop within which `level` loops have been entered. */
  at(level: number): Block {
    return this.parent !== undefined && this.parent.level >= level ? this.parent.at(level) : this;
  }

  /** Computes something in each turn, and returns its name: the same for programs that differ in keys alone. */
  define(key: string, code: string): string {
    const name = `x${this.level}_${this.lines.length}`;
    this.names.set(key, name);
    this.lines.push(`const ${name} = ${code};`);
    return name;
  }
}
