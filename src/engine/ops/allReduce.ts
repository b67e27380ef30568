import { defineOp } from '../ir/op.js';
import type { Value } from '../ir/value.js';
import { load } from '../loops/expressions.js';
import { map } from '../loops/tensors.js';

/**
 * With n processes, y = Σ xᵢ is the same in all of them, and so each process's x reaches the loss by every process's y:
 *
 *   x̄ = Σ ȳᵢ
 *
 * which is the same sum again. A process by itself is all there are: y = x, as loops and lowering say.
 */
const allReduceOp = defineOp<object>({
  name: 'allReduce',
  type: ([x]) => x,
  gradient: ({ dy }) => [allReduce(dy)],
  loops: ([x], { type }) => map(type, (...at) => load(x, at)),
  isCollective: true,
  lower: (emit, [x]) => emit.node('Identity', [x]),
});

/**
 * The sum of a value over all processes that run the program together (MPI's Allreduce), f32 of any shape; in a program
 * that one process runs, the value itself.
 */
export function allReduce(x: Value): Value {
  return allReduceOp([x], {});
}
