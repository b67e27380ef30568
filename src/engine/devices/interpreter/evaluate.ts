import type { Atom, BinaryOp, Expr, Index, Tensor, UnaryOp } from '../../ir/loopForm.js';
import { flatten } from '../../loops/indices.js';
import { indicesOf, partsOf, subexpressions, withInner } from '../../loops/operands.js';
import type { Point } from './point.js';

/** A number at the point that is being evaluated. */
export type Evaluate = () => number;

/** The arithmetic of the results: of 64 bits, or each result rounded to 32. */
export type Precision = 'f64' | 'f32';

export interface EvaluationContext {
  readonly point: Point;
  /** Results of the reductions so far. */
  readonly accumulators: Float64Array;
  readonly precision: Precision;
  memoryOf(tensor: Tensor): Float64Array;
}

const UNARY: Readonly<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  truncate: Math.trunc,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  reciprocal: (x) => 1 / x,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

const BINARY: Readonly<Record<BinaryOp, (x: Evaluate, y: Evaluate) => Evaluate>> = {
  add: (x, y) => () => x() + y(),
  sub: (x, y) => () => x() - y(),
  mul: (x, y) => () => x() * y(),
  div: (x, y) => () => x() / y(),
  min: (x, y) => () => Math.min(x(), y()),
  max: (x, y) => () => Math.max(x(), y()),
};

/**
 * Expressions as closures over the point of a loop. What depends on outer axes alone, or is used more than once, is
 * computed when one of its axes has moved and kept until then.
 */
export class Evaluator {
  private readonly expressions = new Map<Expr, Evaluate>();
  private readonly indices = new Map<string, Evaluate>();
  private readonly users = new Map<Expr, number>();

  /** @param roots all expressions that will be asked for */
  constructor(
    roots: readonly Expr[],
    private readonly context: EvaluationContext,
  ) {
    for (const expr of subexpressions(roots)) {
      for (const part of partsOf(expr)) this.users.set(part, (this.users.get(part) ?? 0) + 1);
    }
    for (const root of roots) this.users.set(root, (this.users.get(root) ?? 0) + 1);
  }

  expr(expr: Expr): Evaluate {
    let known = this.expressions.get(expr);
    if (known === undefined) {
      const level = this.levelOfExpr(expr);
      const isKept = this.users.get(expr)! > 1 || level < this.context.point.innermost;
      const evaluate = this.rounded(expr, this.build(expr));
      known = isKept && partsOf(expr).length > 0 ? this.context.point.kept(evaluate, level) : evaluate;
      this.expressions.set(expr, known);
    }
    return known;
  }

  private build(expr: Expr): Evaluate {
    switch (expr.kind) {
      case 'const':
        return () => expr.value;
      case 'load': {
        const data = this.context.memoryOf(expr.tensor);
        const place = this.index(flatten(expr.index, expr.tensor.type.shape));
        return () => data[place()];
      }
      case 'acc': {
        const { accumulators } = this.context;
        return () => accumulators[expr.of];
      }
      case 'fromIndex':
        return this.index(expr.index);
      case 'unary': {
        const [apply, x] = [UNARY[expr.op], this.expr(expr.x)];
        return () => apply(x());
      }
      case 'binary':
        return BINARY[expr.op](this.expr(expr.x), this.expr(expr.y));
      case 'select':
        return this.select(expr);
      case 'positive': {
        const [of, x, y] = [expr.of, expr.x, expr.y].map((part) => this.expr(part));
        return () => (of() > 0 ? x() : y());
      }
    }
  }

  private select({ where, x, y }: Extract<Expr, { kind: 'select' }>): Evaluate {
    const [inside, outside] = [this.expr(x), this.expr(y)];
    return where.reduceRight((rest, { index, low, high }) => {
      const at = this.index(index);
      return () => {
        const i = at();
        return i >= low && i < high ? rest() : outside();
      };
    }, inside);
  }

  /** The value of an index: what the innermost of its axes adds to the value of the rest. */
  index({ terms, constant }: Index): Evaluate {
    return this.sum(
      terms.map(({ atom, factor }) => ({ level: levelOfAtom(atom), atom, factor })),
      constant,
    );
  }

  private sum(
    terms: readonly { readonly level: number; readonly atom: Atom; readonly factor: number }[],
    constant: number,
  ): Evaluate {
    if (terms.length === 0) return () => constant;
    const key = `${terms.map(({ atom, factor }) => `${factor}*${atom.id}`)} ${constant}`;
    let known = this.indices.get(key);
    if (known === undefined) {
      const level = Math.max(...terms.map((term) => term.level));
      const last = terms.findIndex((term) => term.level === level);
      const [{ atom, factor }] = terms.slice(last);
      const rest = this.sum(
        terms.filter((_, i) => i !== last),
        constant,
      );
      const own = this.atom(atom);
      const evaluate = () => rest() + factor * own();
      known = level < this.context.point.innermost ? this.context.point.kept(evaluate, level) : evaluate;
      this.indices.set(key, known);
    }
    return known;
  }

  private atom(atom: Atom): Evaluate {
    if (atom.kind === 'variable') {
      const { at } = this.context.point;
      return () => at[atom.axis];
    }
    if (atom.kind === 'data') {
      const data = this.context.memoryOf(atom.tensor);
      const place = this.index(flatten(atom.index, atom.tensor.type.shape));
      return () => Math.round(data[place()]);
    }
    const inner = this.index(atom.index);
    if (atom.kind === 'abs') return () => Math.abs(inner());
    const { by } = atom;
    if (atom.kind === 'div') return () => Math.floor(inner() / by);
    return () => {
      const i = inner();
      return i - by * Math.floor(i / by);
    };
  }

  private rounded({ kind }: Expr, evaluate: Evaluate): Evaluate {
    if (this.context.precision === 'f64' || (kind !== 'unary' && kind !== 'binary')) return evaluate;
    return () => Math.fround(evaluate());
  }

  /** The innermost axis that an expression depends on; accumulators stay as they are within one point of the axes. */
  private levelOfExpr(expr: Expr): number {
    const { outer } = this.context.point;
    const own = [...subexpressions([expr])].flatMap((part) =>
      part.kind === 'acc'
        ? [outer]
        : indicesOf(part).flatMap(({ terms }) => terms.map(({ atom }) => levelOfAtom(atom))),
    );
    return Math.max(-1, ...own);
  }
}

/** The innermost axis that an atom depends on; -1: none. */
function levelOfAtom(atom: Atom): number {
  const inside = withInner(atom);
  return Math.max(-1, ...inside.map((part) => (part.kind === 'variable' ? part.axis : -1)));
}
