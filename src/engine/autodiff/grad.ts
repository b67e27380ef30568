import { reachable } from '../ir/program.js';
import { inScope } from '../ir/scope.js';
import { ShapeError } from '../ir/shapeError.js';
import { elementCount, formatType, sameShape } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { broadcastTo } from '../ops/broadcast.js';
import { scalar } from '../ops/constant.js';
import { add } from '../ops/elementwise.js';

/** Ends the scope of gradients, which is that of the value that they are gradients of. */
export const GRADIENT = '.gradient';

/**
 * Reverse-mode differentiation: the gradients of a scalar by each of `wrt`, as ordinary values that differentiate
 * again. A value that the loss does not depend on has a gradient of zeros.
 *
 * @param loss f32[] (or any shape with one element). Throws ShapeError otherwise.
 */
export function grad(loss: Value, wrt: readonly Value[]): Value[] {
  if (elementCount(loss.shape) !== 1) {
    throw new ShapeError('grad: the loss is not a scalar', { loss: formatType(loss.type) }, 'take its mean');
  }
  const needed = dependents(loss, new Set(wrt));
  const gradients = new Map<Value, Value>([[loss, broadcastTo(scalar(1), loss.shape)]]);
  for (const value of reachable([loss], (v) => !needed.has(v)).reverse()) {
    const dy = gradients.get(value);
    if (dy === undefined || value.source.kind !== 'op') continue;
    const { op, inputs, attributes, scope } = value.source;
    const wanted = inputs.map((input) => needed.has(input));
    if (!wanted.includes(true)) continue;
    inScope(scope.endsWith(GRADIENT) ? scope : scope + GRADIENT, () => {
      const parts = op.gradient({ inputs, output: value, attributes, dy, wanted });
      inputs.forEach((input, i) => {
        const part = wanted[i] ? parts[i] : null;
        if (part !== null) accumulate(gradients, input, part);
      });
    });
  }
  return wrt.map((value) => gradients.get(value) ?? broadcastTo(scalar(0), value.shape));
}

function accumulate(gradients: Map<Value, Value>, value: Value, part: Value): void {
  if (!sameShape(part.shape, value.shape)) {
    throw new Error(`gradient of ${formatType(value.type)} has type ${formatType(part.type)}`);
  }
  const sum = gradients.get(value);
  gradients.set(value, sum === undefined ? part : add(sum, part));
}

/** The values on a path from any of `wrt` to `loss`; only their gradients are worth computing. */
function dependents(loss: Value, wrt: ReadonlySet<Value>): Set<Value> {
  const needed = new Set<Value>(wrt);
  for (const value of reachable([loss], (v) => v.source.kind === 'updated')) {
    if (value.source.kind === 'op' && value.operands.some((operand) => needed.has(operand)))
      needed.add(value);
  }
  return needed;
}
