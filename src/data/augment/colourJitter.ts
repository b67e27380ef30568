type Row = readonly [number, number, number];

/** Colours become matrix · (R, G, B) + offset, in 0 ... 255. All rows of the matrix have the same sum. */
export interface ColourJitter {
  readonly matrix: readonly [Row, Row, Row];
  readonly offset: number;
}

/** 1 and 0 degrees leave all as it is. */
export interface ColourJitterFactors {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Degrees around the circle of hues. */
  readonly hue: number;
}

/** How bright red, green and blue are. */
const LUMINANCE: Row = [0.213, 0.715, 0.072];
/** The matrix by which a quarter turn of the hue acts. */
const QUARTER_TURN: readonly [Row, Row, Row] = [
  [-0.213, -0.715, 0.928],
  [0.143, 0.14, -0.283],
  [-0.787, 0.715, 0.072],
];
const MIDDLE = 127.5;

/**
 * Changes of hue, saturation, contrast and brightness, in this order, as one linear map; what leaves 0 ... 255 is
 * clipped once, at the end.
 *
 * Source: the matrices of hueRotate and saturate, and the slopes of contrast and brightness, in W3C's Filter Effects
 * Module Level 1
 */
export function colourJitter({ brightness, contrast, saturation, hue }: ColourJitterFactors): ColourJitter {
  const [cosine, sine] = [Math.cos((hue * Math.PI) / 180), Math.sin((hue * Math.PI) / 180)];
  const turned = (i: number, j: number) =>
    LUMINANCE[j] + cosine * (Number(i === j) - LUMINANCE[j]) + sine * QUARTER_TURN[i][j];
  const entry = (i: number, j: number) => {
    const grey = LUMINANCE.reduce((sum, share, k) => sum + share * turned(k, j), 0);
    return brightness * contrast * (grey + saturation * (turned(i, j) - grey));
  };
  const row = (i: number): Row => [entry(i, 0), entry(i, 1), entry(i, 2)];
  return { matrix: [row(0), row(1), row(2)], offset: brightness * (1 - contrast) * MIDDLE };
}
