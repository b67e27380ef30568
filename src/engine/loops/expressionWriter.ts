import type { Atom, BinaryOp, Expr, Index, Range, Tensor, Term, UnaryOp } from '../ir/loopForm.js';
import { type Block, type Counted, type Dependence, ofAxis } from './block.js';
import { dependenceOf, dependenceOfAtom, dependenceOfIndex } from './dependence.js';
import { neededRanges, rangeKey } from './guards.js';
import { flatten } from './indices.js';
import type { Store } from './kernel.js';
import { runsOf } from './runs.js';

/** How a language writes what expressions are made of. Operands are names or literals. */
export interface Language {
  /** A line that gives code a name. */
  define(name: string, code: string): string;
  number(value: number): string;
  integer(value: number): string;
  unary(op: UnaryOp, x: string): string;
  binary(op: BinaryOp, x: string, y: string): string;
  /** x where the condition holds, y elsewhere; either may be evaluated. */
  choose(condition: string, x: string, y: string): string;
  isPositive(x: string): string;
  /** low ≤ index < high, where a bound that holds anyway is left out. */
  isWithin(index: string, low: number | undefined, high: number | undefined): string;
  /** An element of a tensor; under a guard, memory is touched where that holds alone, and elsewhere any number does. */
  element(tensor: Tensor, place: string, guard?: string): string;
  fromIndex(index: string): string;
  /** The whole number that an element is. */
  toIndex(element: string): string;
  /** Rounded down. */
  div(index: string, by: number, mayBeNegative: boolean): string;
  /** 0 ... by - 1 */
  mod(index: string, by: number, mayBeNegative: boolean): string;
  abs(index: string): string;
}

/** A condition under which an expression is evaluated, as the name of its value. */
export interface Guard {
  readonly name: string;
  readonly needed: Dependence;
}

/** Reads an element in a way of its own, if it can: the code of it. */
export type Reader = (tensor: Tensor, place: Index, guard: Guard | undefined) => string | undefined;

/** A part of a sum that is an index. */
interface Summand {
  readonly key: string;
  readonly needed: Dependence;
  readonly code: () => string;
}

/**
 * Writes expressions in a language: each one a line, in the outermost block that knows what it needs. What is guarded is
 * a line too, in which elements are read only where the guard holds.
 */
export class ExpressionWriter {
  constructor(
    private readonly language: Language,
    /** What is being written. */
    public block: Block,
    private readonly read: Reader = () => undefined,
  ) {}

  /** The lines of a block after this has been written into it. */
  within(block: Block, write: () => void): readonly string[] {
    const around = this.block;
    this.block = block;
    write();
    this.block = around;
    return block.lines;
  }

  line(...lines: readonly string[]): void {
    this.block.lines.push(...lines);
  }

  /** The name of an expression's value, which is needed only where these ranges hold. */
  expr(expr: Expr, ranges: readonly Range[] = []): string {
    const guards = neededRanges(expr, ranges);
    const key = keyOf(expr, guards);
    const known = this.block.find(key);
    if (known !== undefined) return known;
    const code = this.code(expr, guards);
    const needed = guards.reduce((some, { index }) => some | dependenceOfIndex(index), dependenceOf(expr));
    return this.block.at(needed).define(key, code);
  }

  /** Has an expression, where it is not guarded, be taken from another one of the same value. */
  callSame(expr: Expr, same: Expr): void {
    this.block.call(keyOf(expr, []), this.expr(same));
  }

  /** The condition, in parts, that a store goes to an element of the tensor. */
  isInside({ tensor, index }: Store): string[] {
    const { shape } = tensor.type;
    return index.flatMap((at, axis) =>
      at.high < shape[axis] ? [] : [this.language.isWithin(this.index(at), undefined, shape[axis])],
    );
  }

  private code(expr: Expr, guards: readonly Range[]): string {
    const { language } = this;
    const part = (inner: Expr) => this.expr(inner, guards);
    switch (expr.kind) {
      case 'const':
        return language.number(expr.value);
      case 'load':
        return this.element(expr.tensor, flatten(expr.index, expr.tensor.type.shape), this.guard(guards));
      case 'acc':
        return this.block.find(accumulatorKey(expr.of)) ?? `acc${expr.of}`;
      case 'fromIndex':
        return language.fromIndex(this.index(expr.index));
      case 'unary':
        return language.unary(expr.op, part(expr.x));
      case 'binary':
        return language.binary(expr.op, part(expr.x), part(expr.y));
      case 'select': {
        const inside = [...guards, ...expr.where];
        return language.choose(this.guard(inside)!.name, this.expr(expr.x, inside), part(expr.y));
      }
      case 'positive':
        return language.choose(language.isPositive(part(expr.of)), part(expr.x), part(expr.y));
    }
  }

  private element(tensor: Tensor, place: Index, guard?: Guard): string {
    const read = this.read(tensor, place, guard);
    return read ?? this.language.element(tensor, this.index(place), guard?.name);
  }

  /** The condition that all ranges hold: those that are known further out are joined there. */
  private guard(ranges: readonly Range[]): Guard | undefined {
    const conditions = ranges.map((range) => this.isInRange(range));
    const depth = ({ needed }: Guard) => this.block.at(needed).depth;
    return conditions
      .sort((a, b) => depth(a) - depth(b))
      .reduce<Guard | undefined>((all, condition) => {
        if (all === undefined || all.name === condition.name) return condition;
        const needed = all.needed | condition.needed;
        const code = `${all.name} && ${condition.name}`;
        return { name: this.block.find(code) ?? this.block.at(needed).define(code, code), needed };
      }, undefined);
  }

  private isInRange(range: Range): Guard {
    const { index, low, high } = range;
    const [from, to] = [index.low < low ? low : undefined, index.high >= high ? high : undefined];
    const needed = dependenceOfIndex(index);
    const key = rangeKey(range);
    const known = this.block.find(key);
    if (known !== undefined) return { name: known, needed };
    const code = this.language.isWithin(this.index(index), from, to);
    return { name: this.block.at(needed).define(key, code), needed };
  }

  /** Where an element is in row-major order. */
  place(tensor: Tensor, index: readonly Index[]): string {
    return this.index(flatten(index, tensor.type.shape));
  }

  /** Parts that are known further out are added up there, the inner ones to them. */
  index({ terms, constant }: Index): string {
    const { language } = this;
    if (terms.length === 0) return language.integer(constant);
    const parts = new Map<Block, Summand[]>();
    for (const summand of this.summands(terms)) {
      const block = this.block.at(summand.needed);
      parts.set(block, [...(parts.get(block) ?? []), summand]);
    }
    const [first, ...inner] = [...parts].sort(([a], [b]) => a.depth - b.depth);
    let total = this.plus(this.total(first[1]), constant);
    for (const [, summands] of inner) {
      total = this.total([this.named(total), this.named(this.total(summands))]);
    }
    return this.named(total).code();
  }

  private plus({ key, needed, code }: Summand, constant: number): Summand {
    if (constant === 0) return { key, needed, code };
    const added = this.language.integer(constant);
    return { key: `${key} + ${constant}`, needed, code: () => `${code()} + ${added}` };
  }

  private summands(terms: readonly Term[]): Summand[] {
    const counted = new Map<Counted, Term[]>();
    const others = terms.flatMap((term): Summand[] => {
      const counter = term.atom.kind === 'variable' ? this.block.countedBy(term.atom.axis) : undefined;
      if (counter === undefined) return [this.scaled(this.atomOf(term.atom), term.factor)];
      counted.set(counter, [...(counted.get(counter) ?? []), term]);
      return [];
    });
    const runs = [...counted].flatMap(([counter, own]) =>
      runsOf(counter, own).map(({ factor, first, last }) =>
        this.scaled(this.runOf(counter, first, last), factor),
      ),
    );
    return [...runs, ...others];
  }

  private runOf(counter: Counted, first: number, last: number): Summand {
    const axes = counter.axes.slice(first, last + 1).map(({ axis }) => axis);
    const needed = axes.reduce((some, axis) => some | ofAxis(axis), 0);
    return this.named({ key: `run ${axes}`, needed, code: () => counter.run(first, last) });
  }

  private atomOf(atom: Atom): Summand {
    const key = `atom ${atom.id}`;
    const needed = dependenceOfAtom(atom);
    return atom.kind === 'variable'
      ? { key, needed, code: () => `v${atom.axis}` }
      : this.named({ key, needed, code: () => this.atom(atom) });
  }

  private scaled({ key, needed, code }: Summand, factor: number): Summand {
    if (factor === 1) return { key, needed, code };
    const by = this.language.integer(factor);
    return { key: `${factor}*${key}`, needed, code: () => `${by} * ${code()}` };
  }

  private total(summands: readonly Summand[]): Summand {
    if (summands.length === 1) return summands[0];
    return {
      key: summands.map(({ key }) => `(${key})`).join(' + '),
      needed: summands.reduce((some, summand) => some | summand.needed, 0),
      code: () => summands.map(({ code }) => code()).join(' + '),
    };
  }

  /** The same by its name: code that is none yet gets one. */
  private named({ key, needed, code }: Summand): Summand {
    const name = () => {
      const known = this.block.find(key);
      if (known !== undefined) return known;
      const text = code();
      return /^\w+$/.test(text) ? text : this.block.at(needed).define(key, text);
    };
    return { key, needed, code: name };
  }

  private atom(atom: Exclude<Atom, { kind: 'variable' }>): string {
    const { language } = this;
    switch (atom.kind) {
      case 'div':
        return language.div(this.index(atom.index), atom.by, atom.index.low < 0);
      case 'mod':
        return language.mod(this.index(atom.index), atom.by, atom.index.low < 0);
      case 'abs':
        return language.abs(this.index(atom.index));
      case 'data':
        return language.toIndex(this.element(atom.tensor, flatten(atom.index, atom.tensor.type.shape)));
    }
  }
}

function keyOf({ id }: Expr, guards: readonly Range[]): string {
  return `${id} ${guards.map(rangeKey)}`;
}

/** By which a block knows the name of an accumulator that is not called acc0, acc1, ... there. */
export function accumulatorKey(of: number): string {
  return `accumulator ${of}`;
}

export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
