import { SCALING_RULE } from '../../runtime/lossScaling.js';

/** A shader and how many workgroups it takes. */
export interface ScalingShader {
  readonly source: string;
  readonly workgroups: readonly [x: number, y: number];
}

/** Words of the memory in which an optimiser keeps its loss scale. */
export const SCALING_WORDS = { scale: 0, goodSteps: 1, skipped: 2, isInfinite: 3 } as const;
const { scale, goodSteps, skipped, isInfinite } = SCALING_WORDS;
export const SCALING_BYTES = 16;

const WORKGROUP = 256;
/** Enough for any GPU: each invocation goes on with further gradients. */
const MAX_WORKGROUPS = 1024;

/**
 * Sets `isInfinite` of binding 1 where a gradient of binding 0 is infinite or not a number. By its bits: shaders may be
 * compiled as if there were no such numbers.
 */
export function finiteShader(gradients: number): ScalingShader {
  const fours = Math.ceil(gradients / 4);
  const groups = Math.min(MAX_WORKGROUPS, Math.ceil(fours / WORKGROUP));
  const source = `\
@group(0) @binding(0) var<storage, read_write> gradients: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> scaling: array<atomic<u32>>;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) first: vec3u) {
  for (var i = first.x; i < ${fours}u; i += ${groups * WORKGROUP}u) {
    let exponents = gradients[i] & vec4u(0x7f800000u);
    if (any(exponents == vec4u(0x7f800000u))) { atomicOr(&scaling[${isInfinite}], 1u); }
  }
}
`;
  return { source, workgroups: [groups, 1] };
}

/** Where the numbers of an update are in binding 1, in floats; the last five are given by the host. */
export interface UpdatePlaces {
  readonly stepSize: number;
  readonly stabiliser: number;
  readonly factor: number;
  readonly applies: number;
  readonly learningRate: number;
  readonly epsilon: number;
  /** Natural logarithms of β₁ and β₂. */
  readonly logBeta1: number;
  readonly logBeta2: number;
  /** Updates so far, this one and those that have been left out among them. */
  readonly updates: number;
}

/**
 * Decides an update when all gradients have been looked at: whether it is made, by which numbers, of which the corrections
 * of Adam's moments know only updates that were made; and the scale that comes after it, by `nextScaling`.
 */
export function decisionShader(at: UpdatePlaces): ScalingShader {
  const { growth, backoff, interval, least } = SCALING_RULE;
  const source = `\
@group(0) @binding(0) var<storage, read_write> scaling: array<u32>;
@group(0) @binding(1) var<storage, read_write> numbers: array<f32>;

// 1 - eˣ for x ≤ 0, near 0 by its series, where the difference would have few digits
fn oneMinusExp(x: f32) -> f32 {
  if (x < -0.5f) { return 1f - exp(x); }
  let end = 1f + x / 5f * (1f + x / 6f * (1f + x / 7f * (1f + x / 8f)));
  return -x * (1f + x / 2f * (1f + x / 3f * (1f + x / 4f * end)));
}

@compute @workgroup_size(1)
fn main() {
  let scale = bitcast<f32>(scaling[${scale}]);
  let isFinite = scaling[${isInfinite}] == 0u;
  scaling[${isInfinite}] = 0u;
  numbers[${at.factor}] = 1f / scale;
  numbers[${at.applies}] = select(0f, 1f, isFinite);
  if (!isFinite) {
    scaling[${scale}] = bitcast<u32>(max(0x1p${Math.log2(least)}f, scale * ${backoff}f));
    scaling[${goodSteps}] = 0u;
    scaling[${skipped}] += 1u;
    return;
  }
  let made = numbers[${at.updates}] - f32(scaling[${skipped}]);
  let correction1 = oneMinusExp(made * numbers[${at.logBeta1}]);
  let correction2 = sqrt(oneMinusExp(made * numbers[${at.logBeta2}]));
  numbers[${at.stepSize}] = numbers[${at.learningRate}] * correction2 / correction1;
  numbers[${at.stabiliser}] = numbers[${at.epsilon}] * correction2;
  scaling[${goodSteps}] += 1u;
  if (scaling[${goodSteps}] < ${interval}u) { return; }
  scaling[${goodSteps}] = 0u;
  if (scale <= 0x1p${127 - Math.log2(growth)}f) { scaling[${scale}] = bitcast<u32>(scale * ${growth}f); }
}
`;
  return { source, workgroups: [1, 1] };
}
