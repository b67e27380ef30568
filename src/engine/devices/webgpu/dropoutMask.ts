import { PHILOX } from '../../../base/random/philox.js';
import type { RandomStream } from '../../../base/random/stream.js';

const WORKGROUP = 64;
const MAX_WORKGROUPS = 65_535;
/** Words that one invocation makes: a block of the generator. */
const BLOCK = 4;

/** A shader that draws a mask of `count` elements, binding 0, from the words of `streamWords`, binding 1. */
export interface MaskShader {
  readonly source: string;
  readonly workgroups: readonly [x: number, y: number];
}

/** Draws what `fillDropoutMask` draws, to the bit: the generator is whole numbers of 32 bits alone. */
export function maskShader(count: number, rate: number): MaskShader {
  const groups = Math.ceil(count / BLOCK / WORKGROUP);
  const x = Math.min(groups, MAX_WORKGROUPS);
  const [multipliers, weyl] = [PHILOX.multipliers, PHILOX.weyl].map((words) =>
    words.map((word) => `${word}u`),
  );
  const source = `\
@group(0) @binding(0) var<storage, read_write> mask: array<f32>;
@group(0) @binding(1) var<storage, read_write> stream: array<u32>;

// the high 32 bits of a product, from the products of halves
fn multiplyHigh(x: u32, y: u32) -> u32 {
  let high = vec2u(x >> 16u, y >> 16u);
  let low = vec2u(x & 0xffffu, y & 0xffffu);
  let cross = high * low.yx;
  let carry = (cross.x & 0xffffu) + (cross.y & 0xffffu) + ((low.x * low.y) >> 16u);
  return high.x * high.y + (cross.x >> 16u) + (cross.y >> 16u) + (carry >> 16u);
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let block = (group.x + group.y * ${x}u) * ${WORKGROUP}u + lane;
  let first = ${BLOCK}u * block;
  if (first >= ${count}u) { return; }
  var key = vec2u(stream[0], stream[1]);
  var word = vec4u(block, 0u, stream[2], stream[3]);
  for (var round = 0; round < ${PHILOX.rounds}; round++) {
    let high = vec2u(multiplyHigh(word.x, ${multipliers[0]}), multiplyHigh(word.z, ${multipliers[1]}));
    let low = vec2u(word.x * ${multipliers[0]}, word.z * ${multipliers[1]});
    word = vec4u(high.y ^ word.y ^ key.x, low.y, high.x ^ word.w ^ key.y, low.x);
    key += vec2u(${weyl.join(', ')});
  }
  for (var i = 0u; i < ${BLOCK}u && first + i < ${count}u; i++) {
    mask[first + i] = select(${Math.fround(1 / (1 - rate))}f, 0f, word[i] < ${Math.ceil(rate * 2 ** 32)}u);
  }
}
`;
  return { source, workgroups: [x, Math.ceil(groups / x)] };
}

/** Which stream a mask is drawn from, as its shader reads it. */
export function streamWords({ key, coordinates }: RandomStream): Uint32Array {
  return Uint32Array.of(...key, ...coordinates);
}
