import type { Emitter } from '../ir/emitter.js';
import type { Shape } from '../ir/tensorType.js';
import { interleave } from './interleave.js';

/** Larger kernels take longer to rearrange than the algorithm saves, and their lists of indices would fill the model. */
const MAX_WEIGHT = 2 ** 18;

/** Sizes of one transposed convolution y [N, in, h, w] * weight [in, out, k, k] → x [N, out, ...size]. */
export interface SubpixelGeometry {
  readonly y: Shape;
  readonly weight: Shape;
  readonly stride: number;
  readonly padding: number;
  readonly size: readonly [height: number, width: number];
}

/** The stride must divide the kernel, and the result must lie within what the kernel reaches. */
export function suitsSubpixel({ y, weight, stride, padding, size }: SubpixelGeometry): boolean {
  const [inputs, outputs, kernel, columns] = weight;
  const reach = [2, 3].map((axis) => stride * (y[axis] - 1) + kernel);
  return (
    stride > 1 &&
    kernel === columns &&
    kernel % stride === 0 &&
    inputs * outputs * kernel ** 2 <= MAX_WEIGHT &&
    size.every((extent, i) => padding + extent <= reach[i])
  );
}

/**
 * A transposed convolution of stride s as an ordinary one (Shi et al. 2016, "Is the deconvolution layer the same as a
 * convolutional layer?"): row s j + f of the result is a sum over the k / s taps u of y[j - u] weight[s u + f], so each
 * of the s² phases f is a convolution with a kernel of k / s, all of them are one, and the result is interleaved. The
 * runtime's own operator multiplies first and scatters the sums afterwards, which is slow where maps are large.
 */
export function subpixelConv(emit: Emitter, y: string, weight: string, g: SubpixelGeometry): string {
  const { stride: s, padding, size } = g;
  const [batch, , height, width] = g.y;
  const outputs = g.weight[1];
  const taps = g.weight[2] / s;
  const [rows, columns] = [height + taps - 1, width + taps - 1];
  const kernels = phaseKernels(emit, weight, g);
  const phases = emit.node('Conv', [y, kernels], { pads: [taps - 1, taps - 1, taps - 1, taps - 1] });
  const full = interleave(emit, phases, s, [batch, outputs, rows, columns]);
  const ends = size.map((extent) => padding + extent);
  return emit.node('Slice', [full, emit.ints([padding, padding]), emit.ints(ends), emit.ints([2, 3])]);
}

/** [s, s, out, in, taps, taps] of a weight [in, out, k, k], its taps in the order of a correlation. */
function phaseKernels(emit: Emitter, weight: string, geometry: SubpixelGeometry): string {
  const { stride: s } = geometry;
  const phases = Array.from({ length: s * s }, (_, i) => [Math.floor(i / s), i % s] as const);
  return gatherKernels(emit, weight, geometry, phases);
}

/** [out, in, taps, taps], that of one phase. */
export function phaseKernel(
  emit: Emitter,
  weight: string,
  geometry: SubpixelGeometry,
  phase: readonly [down: number, across: number],
): string {
  return gatherKernels(emit, weight, geometry, [phase]);
}

function gatherKernels(
  emit: Emitter,
  weight: string,
  { weight: [inputs, outputs, k], stride: s }: SubpixelGeometry,
  phases: readonly (readonly [down: number, across: number])[],
): string {
  const taps = k / s;
  const position = (phase: number, tap: number) => s * (taps - 1 - tap) + phase;
  const indices = eachIndex([phases.length, outputs, inputs, taps, taps], (phase, o, i, u, v) => {
    const [down, across] = phases[phase];
    return ((i * outputs + o) * k + position(down, u)) * k + position(across, v);
  });
  const gathered = emit.node('Gather', [
    emit.reshape(weight, [inputs * outputs * k * k]),
    emit.ints(indices),
  ]);
  return emit.reshape(gathered, [phases.length * outputs, inputs, taps, taps]);
}

/** A number for each index of an array of these extents, the last axis first. */
function eachIndex(extents: readonly number[], of: (...index: readonly number[]) => number): number[] {
  const index = extents.map(() => 0);
  return Array.from({ length: extents.reduce((product, extent) => product * extent, 1) }, () => {
    const number = of(...index);
    for (let axis = extents.length - 1; axis >= 0 && ++index[axis] === extents[axis]; axis--) index[axis] = 0;
    return number;
  });
}
