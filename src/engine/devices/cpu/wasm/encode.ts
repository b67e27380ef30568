/**
 * The bytes of WebAssembly's binary format (WebAssembly Core Specification, chapter 5), as far as element-wise kernels
 * need it.
 */
export type Bytes = readonly number[];

/** An unsigned number in LEB128 (5.2.2). @param value a whole number from 0 below 2³² */
export function unsigned(value: number): Bytes {
  const low = value % 128;
  return value < 128 ? [low] : [low + 128, ...unsigned(Math.floor(value / 128))];
}

/** A vector: its length, then its elements (5.1.3). */
function vector(elements: readonly Bytes[]): Bytes {
  return [...unsigned(elements.length), ...elements.flat()];
}

/** A name: a vector of UTF-8 bytes (5.2.4). */
function name(text: string): Bytes {
  return vector([...new TextEncoder().encode(text)].map((byte) => [byte]));
}

/** Something preceded by its size in bytes: a section's content, a function's body (5.5.2, 5.4.6). */
function sized(content: Bytes): Bytes {
  return [...unsigned(content.length), ...content];
}

/** The codes of value types (5.3.1, 5.3.2). */
export const valueType = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

/** A module of one function, exported under `exportName`, that works on a memory imported as `env.memory`. */
export function moduleOf(
  exportName: string,
  parameters: readonly number[],
  locals: readonly Bytes[],
  body: Bytes,
): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Bytes) => [id, ...sized(content)];
  const [noResult, functionType, memoryKind, functionKind, end] = [[0x00], 0x60, 0x02, 0x00, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic and version
    ...section(1, vector([[functionType, ...vector(parameters.map((type) => [type])), ...noResult]])),
    ...section(2, vector([[...name('env'), ...name('memory'), memoryKind, 0x00, ...unsigned(1)]])),
    ...section(3, vector([unsigned(0)])),
    ...section(7, vector([[...name(exportName), functionKind, ...unsigned(0)]])),
    ...section(10, vector([sized([...vector(locals), ...body, end])])),
  ]);
}

/** Instructions (5.4). Of the vector instructions, those on four f32 lanes. */
export const instruction = {
  getLocal: (index: number): Bytes => [0x20, ...unsigned(index)],
  setLocal: (index: number): Bytes => [0x21, ...unsigned(index)],
  /** Adds a byte count to the i32 on the stack. @param value from 0 to 63 */
  addConstant: (value: number): Bytes => [0x41, value, 0x6a],
  /** Repeats `body` while the i32 that it leaves is not zero. */
  repeatWhile: (body: Bytes): Bytes => [0x03, 0x40, ...body, 0x0d, 0x00, 0x0b],
  lessThanUnsigned: [0x49] as Bytes,
  load: [...vectorOp(0x00), 0x04, 0x00] as Bytes, // aligned to 2⁴ bytes, offset 0
  store: [...vectorOp(0x0b), 0x04, 0x00] as Bytes,
  splat: vectorOp(0x13),
  constant: (value: number): Bytes => [...vectorOp(0x0c), ...repeat(4, floatBytes(value))],
} as const;

/** Arithmetic on four f32 lanes, by the names that ops give it. */
export const arithmetic = {
  abs: vectorOp(0xe0),
  neg: vectorOp(0xe1),
  sqrt: vectorOp(0xe3),
  add: vectorOp(0xe4),
  sub: vectorOp(0xe5),
  mul: vectorOp(0xe6),
  div: vectorOp(0xe7),
} as const;

function vectorOp(code: number): Bytes {
  return [0xfd, ...unsigned(code)];
}

function floatBytes(value: number): Bytes {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [0, 1, 2, 3].map((i) => view.getUint8(i));
}

function repeat(times: number, bytes: Bytes): Bytes {
  return Array.from({ length: times }, () => bytes).flat();
}
