import { f32, u8 } from '../engine/ir/tensorType.js';
import type { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { cast } from '../engine/ops/cast.js';
import { scale, shift } from '../engine/ops/elementwise.js';
import { transpose } from '../engine/ops/shape.js';
import type { ImageSize } from './definition.js';

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
