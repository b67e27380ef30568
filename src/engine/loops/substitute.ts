import type { Atom, Expr, Index, Tensor } from '../ir/loopForm.js';
import { binaryExpr, fromIndex, load, positive, select, unaryExpr } from './expressions.js';
import { abs, div, fromData, mod, sum, times, whole } from './indices.js';

/** What stands for the parts of an expression; what is not given stays. */
export interface Substitution {
  /** For the variable of an axis. */
  readonly axis?: (axis: number) => Index;
  /** For an element, whose index has been substituted already; undefined: it stays a load. */
  readonly element?: (tensor: Tensor, index: readonly Index[]) => Expr | undefined;
  /** For an accumulator. */
  readonly accumulator?: (of: number) => Expr;
  /** For an expression as it was, of which this has been made so far. */
  readonly result?: (from: Expr, made: Expr) => Expr;
}

/** Rewrites expressions and indices; equal parts are rewritten once. */
export class Rewriting {
  private readonly expressions = new Map<Expr, Expr>();
  private readonly indices = new Map<Index, Index>();

  constructor(private readonly substitution: Substitution) {}

  expr(expr: Expr): Expr {
    let made = this.expressions.get(expr);
    if (made === undefined) {
      made = this.rewrite(expr);
      made = this.substitution.result?.(expr, made) ?? made;
      this.expressions.set(expr, made);
    }
    return made;
  }

  private rewrite(expr: Expr): Expr {
    switch (expr.kind) {
      case 'const':
        return expr;
      case 'load': {
        const index = this.all(expr.index);
        return this.substitution.element?.(expr.tensor, index) ?? load(expr.tensor, index);
      }
      case 'acc':
        return this.substitution.accumulator?.(expr.of) ?? expr;
      case 'fromIndex':
        return fromIndex(this.index(expr.index));
      case 'unary':
        return unaryExpr(expr.op, this.expr(expr.x));
      case 'binary':
        return binaryExpr(expr.op, this.expr(expr.x), this.expr(expr.y));
      case 'select': {
        const where = expr.where.map((range) => ({ ...range, index: this.index(range.index) }));
        if (where.some(({ index, low, high }) => index.high < low || index.low >= high))
          return this.expr(expr.y);
        return select(where, this.expr(expr.x), this.expr(expr.y));
      }
      case 'positive':
        return positive(this.expr(expr.of), this.expr(expr.x), this.expr(expr.y));
    }
  }

  all(indices: readonly Index[]): Index[] {
    return indices.map((index) => this.index(index));
  }

  index(index: Index): Index {
    if (this.substitution.axis === undefined || index.terms.length === 0) return index;
    let made = this.indices.get(index);
    if (made === undefined) {
      const terms = index.terms.map(({ atom, factor }) => times(this.atom(atom), factor));
      made = sum(...terms, index.constant);
      this.indices.set(index, made);
    }
    return made;
  }

  private atom(atom: Atom): Index {
    switch (atom.kind) {
      case 'variable':
        return this.substitution.axis?.(atom.axis) ?? whole(0);
      case 'div':
        return div(this.index(atom.index), atom.by);
      case 'mod':
        return mod(this.index(atom.index), atom.by);
      case 'abs':
        return abs(this.index(atom.index));
      case 'data':
        return fromData(atom.tensor, this.all(atom.index));
    }
  }
}
