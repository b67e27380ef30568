/** The variables that something depends on: a bit for each axis of a kernel, and one for its accumulators. */
export type Dependence = number;

export const ACCUMULATORS: Dependence = 1 << 30;

/** The variable of one axis. Throws Error for one that has no bit. */
export function ofAxis(axis: number): Dependence {
  if (axis >= 30) throw new Error(`a kernel has at most 30 axes, this one has an axis ${axis}`);
  return 1 << axis;
}

/** The variables of `count` axes from `first` on. */
export function ofAxes(first: number, count: number): Dependence {
  return Array.from({ length: count }, (_, i) => ofAxis(first + i)).reduce((all, bit) => all | bit, 0);
}

/** Axes whose variables follow from one number, which counts their points in row-major order. */
export interface Counted {
  /** Longer than one element each, in order. */
  readonly axes: readonly { readonly axis: number; readonly extent: number }[];
  /** The code of the number that counts the points of these axes, from one of them to another. */
  run(first: number, last: number): string;
}

interface BlockParts {
  /** Begins the names of what is computed here. */
  readonly prefix: string;
  /** How a line is written that gives code a name. */
  readonly language: { define(name: string, code: string): string };
  /** The blocks around this one, whose names are known here: several where loops have a part of their code in common. */
  readonly parents?: readonly Block[];
  /** The variables that are known here and not around. */
  readonly own?: Dependence;
  /** What `own` follows from; without it the variable of axis i is called vi. */
  readonly counted?: Counted;
}

/** A part of a program that is being written, which runs once for each value of the variables that it knows. */
export class Block {
  readonly lines: string[] = [];
  /** The variables that are known here. */
  readonly known: Dependence;
  /** Of the blocks around it, so many in a row. */
  readonly depth: number;
  private readonly parents: readonly Block[];
  private readonly names = new Map<string, string>();
  private defined = 0;

  constructor(private readonly parts: BlockParts) {
    this.parents = parts.parents ?? [];
    this.known = this.parents.reduce((all, { known }) => all | known, parts.own ?? 0);
    this.depth = Math.max(-1, ...this.parents.map(({ depth }) => depth)) + 1;
  }

  /** The name of something that is computed here or around this block. */
  find(key: string): string | undefined {
    let name = this.names.get(key);
    for (const parent of this.parents) name ??= parent.find(key);
    return name;
  }

  /** What the variable of an axis follows from, if from a number that counts axes which are all known. */
  countedBy(axis: number): Counted | undefined {
    const { counted } = this.parts;
    const isKnown = counted?.axes.every((one) => (this.known & ofAxis(one.axis)) !== 0);
    if (isKnown && counted?.axes.some((one) => one.axis === axis)) return counted;
    return this.parents.map((parent) => parent.countedBy(axis)).find((found) => found !== undefined);
  }

  /** The outermost block that knows these variables. Throws Error when this one does not. */
  at(needed: Dependence): Block {
    const outer = this.parents.find(({ known }) => (known & needed) === needed);
    if (outer !== undefined) return outer.at(needed);
    if ((this.known & needed) !== needed) throw new Error('a variable is not known where it is needed');
    return this;
  }

  /** Computes something, and returns its name: the same for programs that differ in keys alone. */
  define(key: string, code: string): string {
    const name = `${this.parts.prefix}${this.defined++}`;
    this.lines.push(this.parts.language.define(name, code));
    return this.call(key, name);
  }

  /** Gives something a name that it has already. */
  call(key: string, name: string): string {
    this.names.set(key, name);
    return name;
  }
}
