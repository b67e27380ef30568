/** Numbers of pixels one after another as a plane for each channel: HWC to CHW. */
export function planar(data: Float32Array, channels: number): Float32Array {
  return channels === 1 ? data : transposed(data, channels, data.length / channels);
}

/** The opposite: CHW to HWC. */
export function interleaved(data: Float32Array, channels: number): Float32Array {
  return channels === 1 ? data : transposed(data, data.length / channels, channels);
}

/** A matrix of so many columns and rows, rows one after the other, with them exchanged. */
function transposed(data: Float32Array, columns: number, rows: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column];
  return result;
}
