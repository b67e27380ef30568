import type { Atom, BinaryOp, Expr, Index, Range, Tensor } from '../ir/loopForm.js';
import { formatType, type Shape } from '../ir/tensorType.js';
import { isElementStore, type Kernel, kernelOf, type Reduction } from './kernel.js';
import { withInner } from './operands.js';

/** How tensors are called in what is printed. */
export type NameOf = (tensor: Tensor) => string;

/** Names of what comes from outside, numbers for the rest; a constant says how it begins. */
export const defaultName: NameOf = ({ id, source }) => {
  if (source.kind === 'external') return source.name;
  if (source.kind !== 'constant') return `t${id}`;
  return `{${source.data.slice(0, 4).join(', ')}${source.data.length > 4 ? ', ...' : ''}}`;
};

/**
 * How a tensor is computed, on one line; i0, i1, ... are the axes of the result, k0, k1, ... those summed over:
 *
 * ```
 * y : f32[1,8,6,6] = product over k0 < 3, k1 < 3, k2 < 3 of x[0, k0, i2 + k1, i3 + k2] · w[i1, k0, k1, k2]
 * ```
 */
export function formatTensor(tensor: Tensor, nameOf: NameOf = defaultName): string {
  return formatKernel(kernelOf(tensor), nameOf);
}

/** The same of a kernel: one line for each reduction that is not stored as it is, and for each store. */
export function formatKernel(kernel: Kernel, nameOf: NameOf = defaultName): string {
  const printer = new Printer(kernel.axes.length, nameOf);
  const reductions = kernel.phases.flat().map((reduction) => printer.reduction(reduction, kernel.over));
  const inPlace = reductions.length === 1 && kernel.stores.length === 1;
  const stores = kernel.stores.map((store) => {
    const { tensor, index, expr } = store;
    const stored = inPlace && expr.kind === 'acc' ? reductions[0] : printer.expr(expr);
    const place = isIdentity(index, kernel.axes)
      ? ''
      : `[${index.map((at) => printer.index(at)).join(', ')}]`;
    const over = isElementStore(kernel, store) ? `, ${named('k', kernel.over)}` : '';
    const axes = place === '' ? '' : ` for ${named('i', kernel.axes)}${over}`;
    return `${nameOf(tensor)}${place} : ${formatType(tensor.type)} = ${stored}${axes}`;
  });
  if (inPlace && kernel.stores[0].expr.kind === 'acc') return stores[0];
  return [...reductions.map((text, i) => `acc${i} = ${text}`), ...stores].join('; ');
}

/** An index as it stands in a loop whose result has `rank` axes. */
export function formatIndex(index: Index, rank: number, nameOf: NameOf = defaultName): string {
  return new Printer(rank, nameOf).index(index);
}

function isIdentity(index: readonly Index[], axes: Shape): boolean {
  return index.every(({ terms, constant }, axis) => {
    if (axes[axis] === 1) return terms.length === 0 && constant === 0;
    const [only] = terms;
    return (
      terms.length === 1 && only.atom.kind === 'variable' && only.atom.axis === axis && only.factor === 1
    );
  });
}

function named(letter: string, extents: Shape): string {
  return extents.map((extent, i) => `${letter}${i} < ${extent}`).join(', ');
}

const SYMBOLS: Readonly<Partial<Record<BinaryOp, string>>> = { add: '+', sub: '-', mul: '·', div: '/' };

class Printer {
  constructor(
    private readonly rank: number,
    private readonly nameOf: NameOf,
  ) {}

  reduction(reduction: Reduction, over: Shape): string {
    const what =
      reduction.op === 'product'
        ? `${this.operand(reduction.a)} · ${this.operand(reduction.b)}`
        : this.expr(reduction.expr);
    return `${reduction.op} over ${named('k', over)} of ${what}`;
  }

  expr(expr: Expr): string {
    switch (expr.kind) {
      case 'const':
        return `${expr.value}`;
      case 'load':
        return this.element(expr.tensor, expr.index);
      case 'acc':
        return `acc${expr.of}`;
      case 'fromIndex':
        return `(${this.index(expr.index)})`;
      case 'unary':
        return `${expr.op}(${this.expr(expr.x)})`;
      case 'binary': {
        const symbol = SYMBOLS[expr.op];
        if (symbol === undefined) return `${expr.op}(${this.expr(expr.x)}, ${this.expr(expr.y)})`;
        return `${this.operand(expr.x)} ${symbol} ${this.operand(expr.y)}`;
      }
      case 'select': {
        // Not by the ids that their indices happened to get: what is computed alike always reads alike.
        const where = expr.where.map((range) => this.range(range)).sort();
        return `(${this.expr(expr.x)} where ${where.join(' and ')} else ${this.expr(expr.y)})`;
      }
      case 'positive':
        return `(${this.expr(expr.x)} where ${this.expr(expr.of)} > 0 else ${this.expr(expr.y)})`;
    }
  }

  /** Terms by their axes; a constant before what is subtracted from it. */
  index({ terms, constant }: Index): string {
    const named = terms.map(({ atom, factor }) => ({ axis: firstAxis(atom), factor, name: this.atom(atom) }));
    named.sort((a, b) => a.axis - b.axis || (a.name < b.name ? -1 : 1));
    const parts = named.map(({ factor, name }) => {
      const size = Math.abs(factor);
      return `${factor < 0 ? '-' : '+'} ${size === 1 ? '' : `${size}·`}${name}`;
    });
    const own = `${constant < 0 ? '-' : '+'} ${Math.abs(constant)}`;
    if (parts.length === 0 || (constant > 0 && parts[0].startsWith('-'))) parts.unshift(own);
    else if (constant !== 0) parts.push(own);
    return parts.join(' ').replace(/^\+ /, '').replace(/^- /, '-');
  }

  private operand(expr: Expr): string {
    return expr.kind === 'binary' && expr.op in SYMBOLS ? `(${this.expr(expr)})` : this.expr(expr);
  }

  private element(tensor: Tensor, index: readonly Index[]): string {
    return `${this.nameOf(tensor)}[${index.map((at) => this.index(at)).join(', ')}]`;
  }

  private range({ index, low, high }: Range): string {
    return `${low} ≤ ${this.index(index)} < ${high}`;
  }

  private atom(atom: Atom): string {
    switch (atom.kind) {
      case 'variable':
        return atom.axis < this.rank ? `i${atom.axis}` : `k${atom.axis - this.rank}`;
      case 'div':
        return `⌊(${this.index(atom.index)})/${atom.by}⌋`;
      case 'mod':
        return `(${this.index(atom.index)}) mod ${atom.by}`;
      case 'abs':
        return `|${this.index(atom.index)}|`;
      case 'data':
        return this.element(atom.tensor, atom.index);
    }
  }
}

/** The axis by which terms are ordered: an atom of no variable comes last. */
function firstAxis(atom: Atom): number {
  const axes = withInner(atom).flatMap((inner) => (inner.kind === 'variable' ? [inner.axis] : []));
  return Math.min(Number.MAX_SAFE_INTEGER, ...axes);
}
