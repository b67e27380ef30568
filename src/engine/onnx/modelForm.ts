/** How weights are stored; arithmetic is in 32-bit floats with any of them. */
export const precisions = ['fp32', 'fp16', 'int8'] as const;
/** One of `precisions`. */
export type Precision = (typeof precisions)[number];

/**
 * How images enter and leave a graph: f32 NCHW in -1 ... 1, as networks see them; the same in 0 ... 255; or bytes
 * 0 ... 255 in NHWC, the layout of decoders.
 */
export const boundaries = ['float', 'float255', 'uint8'] as const;
/** One of `boundaries`. */
export type Boundary = (typeof boundaries)[number];
