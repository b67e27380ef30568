import type { Atom, BinaryOp, Expr, Index, Range, Tensor, Term, UnaryOp } from '../ir/loopForm.js';
import { Block, POINT } from './block.js';
import { flatten } from './indices.js';
import { indicesOf, subexpressions, withInner } from './operands.js';

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
interface Guard {
  readonly name: string;
  /** As of a block. */
  readonly level: number;
}

/**
 * Writes expressions in a language: each one a line, in the outermost loop whose variables it needs. What is guarded is
 * a line too, in which elements are read only where the guard holds.
 */
export class ExpressionWriter {
  /** The loop that is being written. */
  block: Block;

  /** @param levelOfAxis the level of the block in which the variable of an axis is known */
  constructor(
    private readonly language: Language,
    private readonly levelOfAxis: (axis: number) => number,
  ) {
    this.block = new Block(0, language);
  }

  /** The name of an expression's value, which is needed only where the guard holds. */
  expr(expr: Expr, guard?: Guard): string {
    const key = `${expr.id} ${guard?.name}`;
    const known = this.block.find(key);
    if (known !== undefined) return known;
    const code = this.code(expr, guard);
    return this.block.at(Math.max(this.levelOfExpr(expr), guard?.level ?? 0)).define(key, code);
  }

  private code(expr: Expr, guard: Guard | undefined): string {
    const { language } = this;
    const part = (inner: Expr) => this.expr(inner, guard);
    switch (expr.kind) {
      case 'const':
        return language.number(expr.value);
      case 'load':
        return language.element(expr.tensor, this.place(expr.tensor, expr.index), guard?.name);
      case 'acc':
        return `acc${expr.of}`;
      case 'fromIndex':
        return language.fromIndex(this.index(expr.index));
      case 'unary':
        return language.unary(expr.op, part(expr.x));
      case 'binary':
        return language.binary(expr.op, part(expr.x), part(expr.y));
      case 'select': {
        const inside = this.guard(expr.where, guard);
        return language.choose(inside.name, this.expr(expr.x, inside), part(expr.y));
      }
      case 'positive':
        return language.choose(language.isPositive(part(expr.of)), part(expr.x), part(expr.y));
    }
  }

  /** The condition that all ranges hold, and the one around them. */
  private guard(ranges: readonly Range[], around: Guard | undefined): Guard {
    const { language } = this;
    const conditions = ranges.map(({ index, low, high }) => {
      const at = this.index(index);
      return `${at} >= ${language.integer(low)} && ${at} < ${language.integer(high)}`;
    });
    const levels = ranges.flatMap(({ index }) => index.terms.map(({ atom }) => this.levelOf(atom)));
    const level = Math.max(around?.level ?? 0, ...levels);
    const code = [...(around ? [around.name] : []), ...conditions].join(' && ');
    return { name: this.block.find(code) ?? this.block.at(level).define(code, code), level };
  }

  /** Where an element is in row-major order. */
  place(tensor: Tensor, index: readonly Index[]): string {
    return this.index(flatten(index, tensor.type.shape));
  }

  index({ terms, constant }: Index): string {
    const byLevel = [...terms].sort((a, b) => this.levelOf(a.atom) - this.levelOf(b.atom));
    return this.sum(byLevel, constant);
  }

  /** The innermost term added to the others, whose sum is computed in the loop around it. */
  private sum(terms: readonly Term[], constant: number): string {
    const last = terms.at(-1);
    if (last === undefined) return this.language.integer(constant);
    const key = `${constant} ${terms.map(({ atom, factor }) => `${factor}*${atom.id}`).join(' ')}`;
    const known = this.block.find(key);
    if (known !== undefined) return known;
    const others = this.sum(terms.slice(0, -1), constant);
    const code = `${others} + ${this.language.integer(last.factor)} * ${this.atom(last.atom)}`;
    return this.block.at(this.levelOf(last.atom)).define(key, code);
  }

  private atom(atom: Atom): string {
    const { language } = this;
    switch (atom.kind) {
      case 'variable':
        return `v${atom.axis}`;
      case 'div':
        return language.div(this.index(atom.index), atom.by, atom.index.low < 0);
      case 'mod':
        return language.mod(this.index(atom.index), atom.by, atom.index.low < 0);
      case 'abs':
        return language.abs(this.index(atom.index));
      case 'data':
        return language.toIndex(language.element(atom.tensor, this.place(atom.tensor, atom.index)));
    }
  }

  /** The level of the block within which an expression is known. */
  private levelOfExpr(expr: Expr): number {
    const levels = [...subexpressions([expr])].flatMap((part) =>
      part.kind === 'acc'
        ? [POINT]
        : indicesOf(part).flatMap(({ terms }) => terms.map(({ atom }) => this.levelOf(atom))),
    );
    return Math.max(0, ...levels);
  }

  private levelOf(atom: Atom): number {
    const levels = withInner(atom).map((part) =>
      part.kind === 'variable' ? this.levelOfAxis(part.axis) : 0,
    );
    return Math.max(0, ...levels);
  }
}
