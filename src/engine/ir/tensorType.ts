/** Element types: 32-bit float, byte, 64-bit integer; 16-bit float, as which kernels store some results. */
export type DType = 'f32' | 'u8' | 'i64' | 'f16';

/** The extents of a tensor's axes, outermost first; [] is a scalar. */
export type Shape = readonly number[];

/** The type of a value, written `f32[1,3,256,256]` everywhere: in code, errors and printed graphs. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** 32-bit floats of this shape: `f32(1, 3, 256, 256)`. */
export const f32 = (...shape: number[]): TensorType => ({ dtype: 'f32', shape });
/** Bytes of this shape. */
export const u8 = (...shape: number[]): TensorType => ({ dtype: 'u8', shape });
/** 64-bit integers of this shape. */
export const i64 = (...shape: number[]): TensorType => ({ dtype: 'i64', shape });

/** `f32[1,3,256,256]` */
export function formatType({ dtype, shape }: TensorType): string {
  return `${dtype}[${shape.join(',')}]`;
}

/** How many elements a tensor of this shape holds; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Whether two shapes have the same extents. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Whether two types have the same elements and the same shape. */
export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}
