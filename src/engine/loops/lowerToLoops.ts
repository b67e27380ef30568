import type { Tensor } from '../ir/loopForm.js';
import { inScope } from '../ir/scope.js';
import { formatType, sameType } from '../ir/tensorType.js';
import type { Value, ValueSource } from '../ir/value.js';
import { LoopError } from './loopError.js';
import { computedTensors, operandsOf } from './operands.js';
import { constant, external } from './tensors.js';
import { verifyTensor } from './verify.js';

/**
 * Values as tensors of loops. Inputs and states become tensors given from outside; equal computations become one.
 * @param values operands first, as `reachable` lists them
 * @param isShared whether collectives are sums over several processes, given from outside too. Default: no
 * @throws LoopError when an op's loops are malformed, or do not fit what the op says of itself
 */
export function lowerToLoops(values: readonly Value[], { isShared = false } = {}): Map<Value, Tensor> {
  const tensors = new Map<Value, Tensor>();
  for (const value of values) {
    const { source } = value;
    if (isShared && value.isCollective) {
      tensors.set(value, external(`sum ${value.id}`, value.type));
      continue;
    }
    tensors.set(
      value,
      inScope(source.scope, () => lowerSource(source, (operand) => tensors.get(operand)!)),
    );
  }
  return tensors;
}

function lowerSource(source: ValueSource, tensorOf: (value: Value) => Tensor): Tensor {
  switch (source.kind) {
    case 'input':
      return external(source.name, source.type);
    case 'state':
      return external(source.state.name, source.type);
    case 'updated':
      return external(`${source.state.name} after ${source.by.kind} ${source.by.name}`, source.type);
    case 'constant':
      return constant(source.data, source.type.shape);
    case 'op':
      return lowerOp(source, source.inputs.map(tensorOf));
  }
}

type OpSource = Extract<ValueSource, { kind: 'op' }>;

function lowerOp({ op, attributes, type }: OpSource, operands: readonly Tensor[]): Tensor {
  const result = applyRule(op, operands, { attributes, type });
  if (!sameType(result.type, type)) {
    throw new LoopError(`${op.name}: its loops make another tensor than its type rule says`, {
      loops: formatType(result.type),
      type: formatType(type),
    });
  }
  verifyTensor(op.name, result, operands);
  checkAllRead(op.name, result, operands);
  return result;
}

function applyRule(op: OpSource['op'], operands: readonly Tensor[], context: Parameters<typeof op.loops>[1]) {
  try {
    return op.loops(operands, context);
  } catch (cause) {
    const facts = {
      operands: operands.map(({ type }) => formatType(type)).join(', '),
      reason: String((cause as Error).message),
    };
    throw new LoopError(`${op.name}: its loops cannot be made of these operands`, facts, undefined, {
      cause,
    });
  }
}

/** An operand that no loop reads was forgotten. A constant of one element stands in expressions as a number. */
function checkAllRead(op: string, result: Tensor, operands: readonly Tensor[]): void {
  const loops = computedTensors([result], (tensor) => operands.includes(tensor));
  const read = new Set(loops.flatMap(operandsOf));
  operands.forEach((operand, i) => {
    const { source, type } = operand;
    if (read.has(operand) || (source.kind === 'constant' && source.data.length === 1)) return;
    throw new LoopError(`${op}: its loops do not read operand ${i}`, { [`operand ${i}`]: formatType(type) });
  });
}
