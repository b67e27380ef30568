/** Elements of a tensor in the caller's memory, row by row: f32, u8 or i64. */
export type TensorArray = Float32Array | Uint8Array | BigInt64Array;
