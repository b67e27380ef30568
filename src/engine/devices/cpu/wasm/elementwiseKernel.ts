import { formatType } from '../../../ir/tensorType.js';
import type { Value } from '../../../ir/value.js';
import { arithmetic, type Bytes, instruction, moduleOf, unsigned, valueType } from './encode.js';

/** Bytes that one turn of the loop moves each pointer by: four f32. */
const STRIDE = 16;

/** An element-wise part of a program, and the arrays that it works on. */
export interface ElementwiseRequest {
  /** Arrays of one length, each at an address of its own; the kernel's first arguments. */
  readonly arrays: readonly Value[];
  /** Numbers that all elements share; the arguments after them. */
  readonly scalars: readonly Value[];
  /** The result that replaces each of some `arrays`, element by element. */
  readonly writes: ReadonlyMap<Value, Value>;
  /** The values that are computed, operands first. */
  readonly body: readonly Value[];
}

/**
 * Lowers an element-wise part of a program to WebAssembly: one loop that loads four elements of each array, computes
 * everything in registers and writes the results in place. ONNX Runtime runs the same operators one by one through
 * memory; this runs at the speed of memory (docs/performance.md).
 *
 * Addresses must be multiples of 16 and lengths multiples of 4 elements, at least 4.
 *
 * @returns a module whose export `run` takes the addresses of `arrays` in bytes, where the first ends, and the scalars
 * @throws Error for an op that is not element-wise arithmetic
 */
export function elementwiseKernel({
  arrays,
  scalars,
  writes,
  body,
}: ElementwiseRequest): Uint8Array<ArrayBuffer> {
  const pointer = (array: Value) => arrays.indexOf(array);
  const end = arrays.length;
  const firstLocal = end + 1 + scalars.length;
  const registers = new Map([...arrays, ...scalars, ...body].map((value, i) => [value, firstLocal + i]));
  const register = (value: Value) => registers.get(value)!;
  const assign = (value: Value, bytes: Bytes) => [...bytes, ...instruction.setLocal(register(value))];
  const read = (value: Value) => instruction.getLocal(register(value));

  const splat = scalars.flatMap((scalar, i) =>
    assign(scalar, [...instruction.getLocal(end + 1 + i), ...instruction.splat]),
  );
  const load = arrays.flatMap((array) =>
    assign(array, [...instruction.getLocal(pointer(array)), ...instruction.load]),
  );
  const compute = body.flatMap((value) => assign(value, lower(value, read)));
  const store = [...writes].flatMap(([array, value]) => [
    ...instruction.getLocal(pointer(array)),
    ...read(value),
    ...instruction.store,
  ]);
  const advance = arrays.flatMap((_, i) => [
    ...instruction.getLocal(i),
    ...instruction.addConstant(STRIDE),
    ...instruction.setLocal(i),
  ]);
  const notAtEnd = [
    ...instruction.getLocal(0),
    ...instruction.getLocal(end),
    ...instruction.lessThanUnsigned,
  ];
  const loop = instruction.repeatWhile([...load, ...compute, ...store, ...advance, ...notAtEnd]);
  const parameters = [...[...arrays, end].map(() => valueType.i32), ...scalars.map(() => valueType.f32)];
  return moduleOf('run', parameters, [[...unsigned(registers.size), valueType.v128]], [...splat, ...loop]);
}

function lower(value: Value, read: (operand: Value) => Bytes): Bytes {
  const { source } = value;
  if (source.kind === 'constant' && source.data.length === 1) return instruction.constant(source.data[0]);
  const simd = source.kind === 'op' ? source.op.simd : undefined;
  if (simd === undefined) {
    const what = source.kind === 'op' ? source.op.name : source.kind;
    throw new Error(`${what} ${formatType(value.type)} is no element-wise arithmetic`);
  }
  return [...value.operands.flatMap(read), ...arithmetic[simd]];
}
