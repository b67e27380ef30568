import { currentScope } from '../ir/scope.js';
import { elementCount, f32, type Shape } from '../ir/tensorType.js';
import { Value } from '../ir/value.js';

/** A constant f32 scalar, shape []. */
export function scalar(value: number): Value {
  return constant([value], []);
}

/** A constant f32 tensor from its elements in row-major order. Meant for small ones: they become part of the graph. */
export function constant(data: readonly number[], shape: Shape): Value {
  if (data.length !== elementCount(shape)) {
    throw new Error(`constant: ${data.length} numbers do not fill ${shape.join('×')}`);
  }
  return new Value({ kind: 'constant', data, type: f32(...shape), scope: currentScope() });
}
