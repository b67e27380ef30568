/** Symmetric quantisation, one scale a channel: the largest weight of a channel becomes ±127. */
export function quantise(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
): { values: Int8Array; scales: Float32Array } {
  const scales = new Float32Array(shape[axis]);
  forEachChannel(data.length, shape, axis, (i, channel) => {
    scales[channel] = Math.max(scales[channel], Math.abs(data[i]) / 127);
  });
  const values = new Int8Array(data.length);
  forEachChannel(data.length, shape, axis, (i, channel) => {
    const q = scales[channel] === 0 ? 0 : Math.round(data[i] / scales[channel]);
    values[i] = Math.max(-127, Math.min(127, q)); // a subnormal scale may have lost its last bits
  });
  for (let channel = 0; channel < scales.length; channel++) scales[channel] ||= 1;
  return { values, scales };
}

/** Visits every element with its index along `axis`. */
export function forEachChannel(
  length: number,
  shape: readonly number[],
  axis: number,
  visit: (index: number, channel: number) => void,
): void {
  const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const channels = shape[axis];
  for (let i = 0, row = 0; i < length; row++) {
    const channel = row % channels;
    for (const end = i + inner; i < end; i++) visit(i, channel);
  }
}
