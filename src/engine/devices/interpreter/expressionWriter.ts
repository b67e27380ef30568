import type { Atom, BinaryOp, Expr, Index, Range, Tensor, Term, UnaryOp } from '../../ir/loopForm.js';
import { flatten } from '../../loops/indices.js';
import { indicesOf, subexpressions, withInner } from '../../loops/operands.js';
import { Block, POINT } from './block.js';

/** The arithmetic of the results: of 64 bits, or each result rounded to 32. */
export type Precision = 'f64' | 'f32';

const UNARY: Readonly<Record<UnaryOp, (x: string) => string>> = {
  neg: (x) => `-${x}`,
  abs: (x) => `Math.abs(${x})`,
  sign: (x) => `Math.sign(${x})`,
  floor: (x) => `Math.floor(${x})`,
  truncate: (x) => `Math.trunc(${x})`,
  sqrt: (x) => `Math.sqrt(${x})`,
  exp: (x) => `Math.exp(${x})`,
  log: (x) => `Math.log(${x})`,
  reciprocal: (x) => `1 / ${x}`,
  tanh: (x) => `Math.tanh(${x})`,
  sigmoid: (x) => `1 / (1 + Math.exp(-${x}))`,
  softplus: (x) => `Math.max(${x}, 0) + Math.log1p(Math.exp(-Math.abs(${x})))`,
};

const BINARY: Readonly<Record<BinaryOp, (x: string, y: string) => string>> = {
  add: (x, y) => `${x} + ${y}`,
  sub: (x, y) => `${x} - ${y}`,
  mul: (x, y) => `${x} * ${y}`,
  div: (x, y) => `${x} / ${y}`,
  min: (x, y) => `Math.min(${x}, ${y})`,
  max: (x, y) => `Math.max(${x}, ${y})`,
};

/** A condition under which an expression is evaluated, as the name of its value. */
interface Guard {
  readonly name: string;
  /** As of a block. */
  readonly level: number;
}

/**
 * Writes expressions as JavaScript: each one a line, in the outermost loop whose variables it needs. What is guarded is
 * a line too, in which elements are read only where the guard holds: V8 does not optimise reading outside of an array.
 */
export class ExpressionWriter {
  /** The loop that is being written. */
  block = new Block(0);

  /**
   * @param axes how many axes the kernel has, those summed over not counted
   * @param nameOf of a tensor's elements
   */
  constructor(
    private readonly axes: number,
    private readonly precision: Precision,
    private readonly nameOf: (tensor: Tensor) => string,
  ) {}

  /** The name of an expression's value, which is needed only where the guard holds. */
  expr(expr: Expr, guard?: Guard): string {
    const key = `${expr.id} ${guard?.name}`;
    const known = this.block.find(key);
    if (known !== undefined) return known;
    const code = this.code(expr, guard);
    return this.block.at(Math.max(this.levelOfExpr(expr), guard?.level ?? 0)).define(key, code);
  }

  private code(expr: Expr, guard: Guard | undefined): string {
    const part = (inner: Expr) => this.expr(inner, guard);
    switch (expr.kind) {
      case 'const':
        return this.round(literal(expr.value));
      case 'load': {
        const element = `${this.nameOf(expr.tensor)}[${this.place(expr.tensor, expr.index)}]`;
        return guard === undefined ? element : `${guard.name} ? ${element} : 0`;
      }
      case 'acc':
        return `acc${expr.of}`;
      case 'fromIndex':
        return this.index(expr.index);
      case 'unary':
        return this.round(UNARY[expr.op](part(expr.x)));
      case 'binary':
        return this.round(BINARY[expr.op](part(expr.x), part(expr.y)));
      case 'select': {
        const inside = this.guard(expr.where, guard);
        return `${inside.name} ? ${this.expr(expr.x, inside)} : ${part(expr.y)}`;
      }
      case 'positive':
        return `${part(expr.of)} > 0 ? ${part(expr.x)} : ${part(expr.y)}`;
    }
  }

  /** The condition that all ranges hold, and the one around them. */
  private guard(ranges: readonly Range[], around: Guard | undefined): Guard {
    const conditions = ranges.map(({ index, low, high }) => {
      const at = this.index(index);
      return `${at} >= ${literal(low)} && ${at} < ${literal(high)}`;
    });
    const levels = ranges.flatMap(({ index }) => index.terms.map(({ atom }) => this.levelOf(atom)));
    const level = Math.max(around?.level ?? 0, ...levels);
    const code = [...(around ? [around.name] : []), ...conditions].join(' && ');
    return { name: this.block.find(code) ?? this.block.at(level).define(code, code), level };
  }

  /** The result of one operation. */
  round(code: string): string {
    return this.precision === 'f32' ? `Math.fround(${code})` : code;
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
    if (last === undefined) return literal(constant);
    const key = `${constant} ${terms.map(({ atom, factor }) => `${factor}*${atom.id}`).join(' ')}`;
    const known = this.block.find(key);
    if (known !== undefined) return known;
    const others = this.sum(terms.slice(0, -1), constant);
    const code = `${others} + ${literal(last.factor)} * ${this.atom(last.atom)}`;
    return this.block.at(this.levelOf(last.atom)).define(key, code);
  }

  private atom(atom: Atom): string {
    switch (atom.kind) {
      case 'variable':
        return `v${atom.axis}`;
      case 'div':
        return `Math.floor(${this.index(atom.index)} / ${atom.by})`;
      case 'mod': {
        const index = this.index(atom.index);
        return `(${index} - ${atom.by} * Math.floor(${index} / ${atom.by}))`;
      }
      case 'abs':
        return `Math.abs(${this.index(atom.index)})`;
      case 'data':
        return `Math.round(${this.nameOf(atom.tensor)}[${this.place(atom.tensor, atom.index)}])`;
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

  levelOfAxis(axis: number): number {
    return axis < this.axes ? POINT : POINT + 1 + axis - this.axes;
  }
}

function literal(value: number): string {
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? '-0' : value})` : `${value}`;
}
