import type { BinaryOp, Expr, Index, Range, Tensor, UnaryOp } from '../ir/loopForm.js';
import { whole } from './indices.js';
import { InternTable, ids } from './intern.js';

const table = new InternTable<Expr>();

export function number(value: number): Expr {
  const key = `const ${Object.is(value, -0) ? '-0' : value}`;
  return table.get(key, (id) => ({ id, kind: 'const', value }));
}

/** An element of a tensor; that of a constant which has only one is the number itself. */
export function load(tensor: Tensor, index: readonly Index[]): Expr {
  const { source } = tensor;
  if (source.kind === 'constant' && source.data.length === 1) return number(source.data[0]);
  return table.get(`load ${tensor.id} ${ids(index)}`, (id) => ({ id, kind: 'load', tensor, index }));
}

/** The result of a fold, by its number in the loop. */
export function accumulator(of = 0): Expr {
  return table.get(`acc ${of}`, (id) => ({ id, kind: 'acc', of }));
}

/** An index as a number. */
export function fromIndex(index: Index): Expr {
  return table.get(`fromIndex ${index.id}`, (id) => ({ id, kind: 'fromIndex', index }));
}

export function unaryExpr(op: UnaryOp, x: Expr): Expr {
  return table.get(`${op} ${x.id}`, (id) => ({ id, kind: 'unary', op, x }));
}

export function binaryExpr(op: BinaryOp, x: Expr, y: Expr): Expr {
  return table.get(`${op} ${x.id} ${y.id}`, (id) => ({ id, kind: 'binary', op, x, y }));
}

/** x where all ranges hold, y elsewhere. What the bounds of an index say already is not asked. */
export function select(where: readonly Range[], x: Expr, y: Expr): Expr {
  const open = where.filter(({ index, low, high }) => index.low < low || index.high >= high);
  if (open.length === 0) return x;
  const ranges = open.sort((a, b) => a.index.id - b.index.id || a.low - b.low || a.high - b.high);
  const key = ranges.map(({ index, low, high }) => `${index.id} ${low} ${high}`).join(',');
  return table.get(`select ${key} ${x.id} ${y.id}`, (id) => ({ id, kind: 'select', where: ranges, x, y }));
}

/** x where the number `of` is above 0, y elsewhere. A rectified number is above 0 where the number is. */
export function positive(of: Expr, x: Expr, y: Expr): Expr {
  if (isRectified(of)) return positive(of.of, x, y);
  return table.get(`positive ${of.id} ${x.id} ${y.id}`, (id) => ({ id, kind: 'positive', of, x, y }));
}

type Positive = Extract<Expr, { kind: 'positive' }>;

/** x where x > 0, and a multiple of x elsewhere that is not above 0 either. */
function isRectified(expr: Expr): expr is Positive {
  if (expr.kind !== 'positive' || expr.of !== expr.x) return false;
  const { of, y } = expr;
  return y.kind === 'binary' && y.op === 'mul' && y.y === of && y.x.kind === 'const' && y.x.value >= 0;
}

/** An element, or 0 where the index is outside of the tensor. */
export function loadOrZero(tensor: Tensor, index: readonly Index[]): Expr {
  const where = index.map((at, axis) => ({ index: at, low: 0, high: tensor.type.shape[axis] }));
  return select(where, load(tensor, index), number(0));
}

/** The element that stretching the tensor to more or longer axes puts at this index (NumPy's rule). */
export function loadStretched(tensor: Tensor, index: readonly Index[]): Expr {
  const { shape } = tensor.type;
  const missing = index.length - shape.length;
  return load(
    tensor,
    shape.map((extent, axis) => (extent === 1 ? whole(0) : index[missing + axis])),
  );
}
