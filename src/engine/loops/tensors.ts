import type { ContractionLoop, Expr, FoldOp, Index, Tensor } from '../ir/loopForm.js';
import { f32, type Shape, type TensorType } from '../ir/tensorType.js';
import { accumulator } from './expressions.js';
import { variables } from './indices.js';
import { InternTable, ids, newId } from './intern.js';

const table = new InternTable<Tensor>();

/** A tensor given from outside. Each is one of its own, whatever its name. */
export function external(name: string, type: TensorType): Tensor {
  return { id: newId(), type, source: { kind: 'external', name } };
}

/** A constant f32 tensor from its elements in row-major order. */
export function constant(data: readonly number[], shape: Shape): Tensor {
  return table.get(`constant ${shape} ${data.map((x) => (Object.is(x, -0) ? '-0' : x))}`, (id) => ({
    id,
    type: f32(...shape),
    source: { kind: 'constant', data },
  }));
}

/** Each element by itself: `element` makes its expression from the variables of the axes. */
export function map(type: TensorType, element: (...at: Index[]) => Expr): Tensor {
  const expr = element(...variables(type.shape));
  return table.get(`map ${keyOf(type)} ${expr.id}`, (id) => ({ id, type, source: { kind: 'map', expr } }));
}

/** Sums, or maxima, over further axes, whose variables come after those of the result. */
export function fold(
  type: TensorType,
  over: Shape,
  op: FoldOp,
  element: (at: readonly Index[], over: readonly Index[]) => Expr,
): Tensor {
  const expr = element(variables(type.shape), variables(over, type.shape.length));
  const key = `fold ${keyOf(type)} ${over} ${op} ${expr.id}`;
  return table.get(key, (id) => ({ id, type, source: { kind: 'fold', over, op, expr } }));
}

/** A contraction of these parts; the sum is stored as it is unless `out` says otherwise. */
export function contraction(
  type: TensorType,
  parts: Omit<ContractionLoop, 'kind' | 'out' | 'store'> & Partial<ContractionLoop>,
): Tensor {
  const { shape, over, a, b, store = variables(shape), out = accumulator() } = parts;
  const key = `contraction ${keyOf(type)} ${shape} ${over} ${a.id} ${b.id} ${ids(store)} ${out.id}`;
  const source = { kind: 'contraction', shape, over, a, b, store, out } as const;
  return table.get(key, (id) => ({ id, type, source }));
}

/** The same tensor, stored as 16-bit floats. */
export function asHalf({ id: of, type, source }: Tensor): Tensor {
  return table.get(`half ${of}`, (id) => ({ id, type: { ...type, dtype: 'f16' }, source }));
}

function keyOf({ dtype, shape }: TensorType): string {
  return `${dtype} ${shape}`;
}
