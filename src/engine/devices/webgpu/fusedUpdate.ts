import type { Expr, Tensor } from '../../ir/loopForm.js';
import { reachable } from '../../ir/program.js';
import { f32 } from '../../ir/tensorType.js';
import type { Value } from '../../ir/value.js';
import { binaryExpr, load, positive, select, unaryExpr } from '../../loops/expressions.js';
import { variables } from '../../loops/indices.js';
import type { Kernel } from '../../loops/kernel.js';
import { lowerToLoops } from '../../loops/lowerToLoops.js';
import { external } from '../../loops/tensors.js';
import type { ElementwiseUpdate } from '../../runtime/adamUpdate.js';

/** An element-wise update of arrays in place, as one kernel. */
export interface FusedUpdate {
  readonly kernel: Kernel;
  /** The kernel's tensors, by the names of the update's arrays and scalars. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Every element is computed by itself, so what an array becomes may take its place as soon as it is known.
 * @param condition the name of a scalar more: where it is not above 0, all stays as it is
 */
export function fusedUpdate(update: ElementwiseUpdate, condition?: string): FusedUpdate {
  const lowered = lowerToLoops(reachable([...update.writes.keys(), ...update.writes.values()]));
  const tensorOf = (value: Value) => lowered.get(value)!;
  const applies = condition === undefined ? undefined : external(condition, f32());
  const stores = [...update.writes].map(([array, value]) => {
    const [tensor, index, next] = [tensorOf(array), variables(array.shape), inlined(tensorOf(value))];
    const expr = applies === undefined ? next : positive(load(applies, []), next, load(tensor, index));
    return { tensor, index, expr };
  });
  const named = [...Object.entries(update.arrays), ...Object.entries(update.scalars)];
  return {
    kernel: { axes: stores[0].tensor.type.shape, over: [], phases: [], stores },
    tensors: new Map([
      ...named.map(([name, value]): [string, Tensor] => [name, tensorOf(value)]),
      ...(applies === undefined ? [] : [[condition!, applies] as const]),
    ]),
  };
}

/** What a map of arrays and scalars computes, without others between: all have one axis, or none. */
function inlined({ source }: Tensor): Expr {
  if (source.kind !== 'map') throw new Error(`an update is made of maps, not of a ${source.kind}`);
  const walk = (expr: Expr): Expr => {
    switch (expr.kind) {
      case 'load':
        return expr.tensor.source.kind === 'external' ? expr : inlined(expr.tensor);
      case 'unary':
        return unaryExpr(expr.op, walk(expr.x));
      case 'binary':
        return binaryExpr(expr.op, walk(expr.x), walk(expr.y));
      case 'select':
        return select(expr.where, walk(expr.x), walk(expr.y));
      case 'positive':
        return positive(walk(expr.of), walk(expr.x), walk(expr.y));
      default:
        return expr;
    }
  };
  return walk(source.expr);
}
