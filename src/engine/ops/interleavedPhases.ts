import type { Emitter } from '../ir/emitter.js';
import { phaseKernel, type SubpixelGeometry, suitsSubpixel } from './subpixel.js';

/** One phase of a transposed convolution along an axis: every s-th row of the result, from `first` on. */
interface Phase {
  /** Which of the kernel's taps it reads: those at s u + tap. */
  readonly tap: number;
  readonly first: number;
  readonly pads: readonly [begin: number, end: number];
}

/** As `suitsSubpixel`; besides, every phase must have as many rows, and reach no further than its kernel. */
export function suitsInterleaving(geometry: SubpixelGeometry): boolean {
  const { stride, size } = geometry;
  return (
    suitsSubpixel(geometry) &&
    size.every((extent) => extent % stride === 0) &&
    [0, 1].every((axis) => phasesOf(geometry, axis).every(({ pads }) => Math.min(...pads) >= 0))
  );
}

/**
 * A transposed convolution of stride s as s² ordinary ones, as `subpixelConv` but each phase by itself, with the padding
 * that leaves nothing to cut off. The runtime joins them by copies that its threads share, unlike those of a transpose.
 */
export function interleavedPhases(
  emit: Emitter,
  y: string,
  weight: string,
  geometry: SubpixelGeometry,
): string {
  const { stride: s, size } = geometry;
  const [batch] = geometry.y;
  const outputs = geometry.weight[1];
  const [rows, columns] = size.map((extent) => extent / s);
  const [vertical, horizontal] = [0, 1].map((axis) => phasesOf(geometry, axis));
  const lines = vertical.map((down) => {
    const points = horizontal.map((across) => {
      const kernel = phaseKernel(emit, weight, geometry, [down.tap, across.tap]);
      const [top, bottom, left, right] = [...down.pads, ...across.pads];
      const phase = emit.node('Conv', [y, kernel], { pads: [top, left, bottom, right] });
      return emit.reshape(phase, [batch, outputs, rows, columns, 1]);
    });
    return emit.reshape(emit.node('Concat', points, { axis: 4 }), [batch, outputs, rows, 1, size[1]]);
  });
  return emit.reshape(emit.node('Concat', lines, { axis: 3 }), [batch, outputs, ...size]);
}

/** In the order of their first rows, or columns. */
function phasesOf({ y, weight, stride: s, padding, size }: SubpixelGeometry, axis: number): Phase[] {
  const [extent, taps] = [y[2 + axis], weight[2] / s];
  return Array.from({ length: s }, (_, tap) => {
    const start = Math.ceil((padding - tap) / s); // the row of y that the first of the result is at
    const begin = taps - 1 - start;
    const end = size[axis] / s - extent - begin + taps - 1;
    return { tap, first: s * start + tap - padding, pads: [begin, end] as const };
  }).sort((a, b) => a.first - b.first);
}
