import { f32, u8 } from '../engine/ir/tensorType.js';
import type { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { cast } from '../engine/ops/cast.js';
import { scale, shift } from '../engine/ops/elementwise.js';
import { transpose } from '../engine/ops/shape.js';

/** How images reach a program: bytes 0 ... 255 in NHWC order, or floats -1 ... 1 in NCHW order. */
export type ImageFormat = 'u8' | 'f32';

/** The images of one run. Programs are static, so each combination is a program of its own. */
export interface ImageSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly format: ImageFormat;
}

/** Images of one size have one key, in whichever order their properties were set. */
export function sizeKey({ batch, height, width, format }: ImageSize): string {
  return `${format} ${batch}x${height}x${width}`;
}

/**
 * An image input of a program as f32[N, C, H, W] in -1 ... 1. Bytes arrive as u8[N, H, W, C], the layout of decoders,
 * and are converted by the graph.
 */
export function imageInput(trace: Trace, name: string, channels: number, size: ImageSize): Value {
  const { batch, height, width, format } = size;
  if (format === 'f32') return trace.input(name, f32(batch, channels, height, width));
  const bytes = trace.input(name, u8(batch, height, width, channels));
  return shift(scale(transpose(cast(bytes, 'f32'), [0, 3, 1, 2]), 2 / 255), -1);
}
