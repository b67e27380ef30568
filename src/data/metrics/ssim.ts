/**
 * The structural similarity of Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
 * structural similarity" (2004), section III-B, with the paper's constants:
 *
 *   SSIM = (2 μx μy + C1)(2 σxy + C2) / ((μx² + μy² + C1)(σx² + σy² + C2))
 *
 * where every moment is a mean under an 11 × 11 Gaussian window of σ = 1.5.
 */

const WINDOW = 11;
/** How far the window goes beyond its middle. */
export const REACH = (WINDOW - 1) / 2;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** The window's weights along one axis; the 2-D window is their outer product. */
const WEIGHTS = gaussian(WINDOW, SIGMA);

/**
 * Mean SSIM of two images of bytes, [h, w, c] interleaved, over the channels and over the pixels whose whole window
 * lies inside the image, which is what scikit-image's `structural_similarity(gaussian_weights=True, sigma=1.5,
 * use_sample_covariance=False, data_range=255)` gives. In -1..1, 1 for equal images; NaN where the image is smaller
 * than the window (11 × 11), where SSIM is not defined.
 */
export function ssim(x: Uint8Array, y: Uint8Array, height: number, width: number, channels: number): number {
  return similarity({ x: Float32Array.from(x), y: Float32Array.from(y), height, width, channels }).ssim;
}

/** Two images to compare, 0 ... 255, whole numbers or not, [h, w, c] interleaved. */
export interface ComparedImages {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Means over channels and pixels. */
export interface Similarity {
  readonly ssim: number;
  /** The second factor of SSIM alone: contrast and structure, without luminance. */
  readonly contrast: number;
}

/** The mean SSIM of two images and of its second factor; NaN below 11 × 11 pixels. */
export function similarity({ x, y, height, width, channels }: ComparedImages): Similarity {
  const rows = height - WINDOW + 1;
  const columns = width - WINDOW + 1;
  if (rows < 1 || columns < 1) return { ssim: Number.NaN, contrast: Number.NaN };
  const stride = width * channels;
  const moments = new RowMoments(stride);
  const sums = { ssim: 0, contrast: 0 };
  for (let row = 0; row < rows; row++) {
    moments.compute(x, y, row * stride);
    addRow(sums, moments, columns * channels, channels);
  }
  const count = rows * columns * channels;
  return { ssim: sums.ssim / count, contrast: sums.contrast / count };
}

/**
 * The four moments that SSIM needs of one row, windowed down the columns but not yet along the row. σx² and σy² occur
 * only as a sum, so that x² + y² is filtered once.
 */
class RowMoments {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly squares: Float64Array;
  readonly products: Float64Array;

  constructor(private readonly stride: number) {
    this.x = new Float64Array(stride);
    this.y = new Float64Array(stride);
    this.squares = new Float64Array(stride);
    this.products = new Float64Array(stride);
  }

  /** Windows the eleven rows of the images that begin at element `from`. */
  compute(x: Float32Array, y: Float32Array, from: number): void {
    const { stride } = this;
    for (let i = 0; i < stride; i++) {
      let meanX = 0;
      let meanY = 0;
      let squares = 0;
      let products = 0;
      for (let tap = 0, at = from + i; tap < WINDOW; tap++, at += stride) {
        const weight = WEIGHTS[tap];
        const a = x[at];
        const b = y[at];
        meanX += weight * a;
        meanY += weight * b;
        squares += weight * (a * a + b * b);
        products += weight * (a * b);
      }
      this.x[i] = meanX;
      this.y[i] = meanY;
      this.squares[i] = squares;
      this.products[i] = products;
    }
  }
}

/** Windows `count` elements along the row (neighbours are `channels` apart) and adds up their similarities. */
function addRow(
  sums: { ssim: number; contrast: number },
  { x, y, squares, products }: RowMoments,
  count: number,
  channels: number,
): void {
  for (let i = 0; i < count; i++) {
    let meanX = 0;
    let meanY = 0;
    let square = 0;
    let product = 0;
    for (let tap = 0, at = i; tap < WINDOW; tap++, at += channels) {
      const weight = WEIGHTS[tap];
      meanX += weight * x[at];
      meanY += weight * y[at];
      square += weight * squares[at];
      product += weight * products[at];
    }
    const meansProduct = meanX * meanY;
    const meansSquared = meanX * meanX + meanY * meanY;
    const contrast = (2 * (product - meansProduct) + C2) / (square - meansSquared + C2);
    sums.contrast += contrast;
    sums.ssim += ((2 * meansProduct + C1) / (meansSquared + C1)) * contrast;
  }
}

/** A sampled Gaussian of `size` taps whose weights add up to 1. */
function gaussian(size: number, sigma: number): Float64Array {
  const middle = (size - 1) / 2;
  const weights = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - middle) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
