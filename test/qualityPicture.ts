const { floor } = Math;

/** As `picture` of `test/fixtures/quality.py`: [height, width, channels], bytes, of integers alone. */
export function qualityPicture(
  [height, width, channels]: readonly [height: number, width: number, channels: number],
  seed: number,
): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const [y, x, c] = [floor(i / channels / width), floor(i / channels) % width, i % channels];
    return floor((x * (y + 17 * seed)) / 29) + 37 * c + floor((x * x) / 113) + floor((11 * seed * y) / 7);
  });
}
