/**
 * Two 16-bit floats in a word, for adapters that have no such type. What `pack2x16float` makes of numbers that are too large is
 * left open by WGSL, and of some adapters spoils the other half: they become infinite here, as IEEE 754 has it, from 65,520 on.
 */
export const PACK_TWO = `\
fn packTwo(x: vec2f) -> u32 {
  let fits = abs(x) < vec2f(65520f);
  let infinite = ((bitcast<vec2u>(x) >> vec2u(16u)) & vec2u(0x8000u)) | vec2u(0x7c00u);
  let large = select(infinite, vec2u(), fits);
  return pack2x16float(select(vec2f(), x, fits)) | large.x | (large.y << 16u);
}`;

/** Reading and storing them. */
export const HALF_WORDS = `\
fn halfAt(word: u32, place: i32) -> f32 {
  return unpack2x16float(word >> (16u * (u32(place) & 1u))).x;
}
fn fourHalves(words: vec2u) -> vec4f {
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}
fn packFour(x: vec4f) -> vec2u {
  return vec2u(packTwo(x.xy), packTwo(x.zw));
}`;

/**
 * An f32 rounded to a 16-bit float, by way of a word: Mesa's compiler takes `f32(f16(x))` for x. Where
 * there is the type, what is too large comes out infinite (seen on Mesa's llvmpipe).
 */
export const ROUNDING = {
  native: 'fn half(x: f32) -> f32 { return unpack2x16float(pack2x16float(vec2f(x, 0f))).x; }',
  packed: 'fn half(x: f32) -> f32 { return unpack2x16float(packTwo(vec2f(x, 0f))).x; }',
} as const;
