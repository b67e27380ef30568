/** How strong an edge is, as the difference of levels that a sharp step of so many has: see `cannyEdges`. */
export interface CannyThresholds {
  /** Standard deviation in pixels of the Gaussian that smooths the image first. */
  readonly sigma: number;
  /** Gradients above `high` are edges, and those above `low` that hang together with them. Levels a pixel. */
  readonly low: number;
  readonly high: number;
}

/**
 * The edges of a grey image by the method of Canny, "A computational approach to edge detection" (1986): smoothed, its gradient
 * (Sobel), of which only ridges are kept, compared between neighbours along its direction; and of these the strong ones, with
 * the weak ones that they lead to.
 *
 * @param grey u8[height, width]
 * @returns 255 on an edge, 0 elsewhere
 */
export function cannyEdges(
  grey: Uint8Array,
  width: number,
  height: number,
  { sigma, low, high }: CannyThresholds,
): Uint8Array {
  const smooth = smoothed(Float64Array.from(grey), width, height, sigma);
  const { dx, dy } = gradient(smooth, width, height);
  const ridges = ridgesOf(dx, dy, width, height);
  return hysteresis(ridges, width, height, low, high);
}

/** Along both axes; beyond an edge stands its nearest pixel. */
function smoothed(image: Float64Array, width: number, height: number, sigma: number): Float64Array {
  if (sigma === 0) return image;
  const reach = Math.ceil(4 * sigma);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const along = (source: Float64Array, step: number, extent: number, place: (i: number) => number) =>
    source.map((_, i) => {
      const at = place(i);
      let value = 0;
      for (let k = -reach; k <= reach; k++) {
        const there = Math.min(extent - 1, Math.max(0, at + k));
        value += weights[k + reach] * source[i + (there - at) * step];
      }
      return value / sum;
    });
  const columns = along(image, width, height, (i) => Math.floor(i / width));
  return along(columns, 1, width, (i) => i % width);
}

/** Sobel's, as differences of levels a pixel; 0 at the edges of the image. */
function gradient(image: Float64Array, width: number, height: number) {
  const [dx, dy] = [new Float64Array(image.length), new Float64Array(image.length)];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = (row: number, column: number) => image[(y + row) * width + x + column];
      const i = y * width + x;
      dx[i] = (at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1)) / 8;
      dy[i] = (at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1)) / 8;
    }
  }
  return { dx, dy };
}

/** The gradient's length where it is not smaller than before and behind, between pixels by interpolation; 0 elsewhere. */
function ridgesOf(dx: Float64Array, dy: Float64Array, width: number, height: number): Float64Array {
  const length = dx.map((x, i) => Math.hypot(x, dy[i]));
  const ridges = new Float64Array(length.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const [gx, gy, own] = [dx[i], dy[i], length[i]];
      if (own === 0) continue;
      const isSteep = Math.abs(gy) > Math.abs(gx);
      const part = isSteep ? Math.abs(gx / gy) : Math.abs(gy / gx);
      const straight = isSteep ? Math.sign(gy) * width : Math.sign(gx);
      const oblique = Math.sign(gx) + Math.sign(gy) * width;
      const beyond = (side: 1 | -1) =>
        (1 - part) * length[i + side * straight] + part * length[i + side * oblique];
      if (own >= beyond(1) && own >= beyond(-1)) ridges[i] = own;
    }
  }
  return ridges;
}

function hysteresis(
  ridges: Float64Array,
  width: number,
  height: number,
  low: number,
  high: number,
): Uint8Array {
  const edges = new Uint8Array(ridges.length);
  const pending: number[] = [];
  const take = (i: number) => {
    edges[i] = 255;
    pending.push(i);
  };
  for (const [i, strength] of ridges.entries()) if (strength >= high && edges[i] === 0) take(i);
  for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
        const next = row * width + column;
        if (edges[next] === 0 && ridges[next] >= low) take(next);
      }
    }
  }
  return edges;
}
