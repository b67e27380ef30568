import { FACADE_CLASSES, type FacadeClass } from './labels.js';

/** Linear-light colour, 0 ... 1. */
export type Colour = readonly [r: number, g: number, b: number];

/** The values that a material writes for one point: linear-light r, g, b, and a small relief added to the height. */
export type Texel = Float64Array;

/** A surface, as a function of the place on the facade (unit square, y down). */
export interface Material {
  /** How the light of the scene reaches it: `matte` fully, `glass` partly, `sky` not at all. */
  readonly finish: 'matte' | 'glass' | 'sky';
  paint(x: number, y: number, texel: Texel): void;
}

/** A region of the unit square: a box, and optionally what of it is inside. */
export interface Shape {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  inside?(x: number, y: number): boolean;
}

export const FINISHES = ['matte', 'glass', 'sky'] as const;

/**
 * The scene as a relief seen from the front, one value a sample: colour, height above the wall (in widths of the image),
 * finish and class. Lighting works from these alone, so whatever is painted throws a shadow of the right length.
 */
export class Canvas {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  readonly height: Float32Array;
  readonly finish: Uint8Array;
  readonly label: Uint8Array;
  private readonly texel = new Float64Array(4);

  /** @param side samples along each side of the square */
  constructor(readonly side: number) {
    const count = side * side;
    this.red = new Float32Array(count);
    this.green = new Float32Array(count);
    this.blue = new Float32Array(count);
    this.height = new Float32Array(count);
    this.finish = new Uint8Array(count);
    this.label = new Uint8Array(count);
  }

  /** Paints the shape over what is there, `height` above the wall; with a class, the label map too. */
  fill(shape: Shape, height: number, material: Material, label?: FacadeClass): void {
    const { texel, red, green, blue, side } = this;
    const finish = FINISHES.indexOf(material.finish);
    const classNumber = label === undefined ? -1 : FACADE_CLASSES.indexOf(label);
    const [left, top, right, bottom] = this.samples(shape);
    // The inner loop of the whole drawing: written out, a callback a sample costs twice the time.
    for (let row = top; row < bottom; row++) {
      const y = (row + 0.5) / side;
      for (let column = left; column < right; column++) {
        const x = (column + 0.5) / side;
        if (shape.inside !== undefined && !shape.inside(x, y)) continue;
        const at = row * side + column;
        texel[3] = 0;
        material.paint(x, y, texel);
        red[at] = texel[0];
        green[at] = texel[1];
        blue[at] = texel[2];
        this.height[at] = height + texel[3];
        this.finish[at] = finish;
        if (classNumber >= 0) this.label[at] = classNumber;
      }
    }
  }

  /** Sets the class alone: a railing is one thing in the label map and many bars in the photograph. */
  mark(shape: Shape, label: FacadeClass): void {
    const classNumber = FACADE_CLASSES.indexOf(label);
    this.visit(shape, (at) => {
      this.label[at] = classNumber;
    });
  }

  /** Darkens or brightens what is there, as dirt and wear do. Glass and sky stay clean. */
  weather(shape: Shape, factor: (x: number, y: number) => number): void {
    this.visit(shape, (at, x, y) => {
      if (this.finish[at] !== 0) return;
      const amount = factor(x, y);
      this.red[at] *= amount;
      this.green[at] *= amount;
      this.blue[at] *= amount;
    });
  }

  private visit(shape: Shape, body: (at: number, x: number, y: number) => void): void {
    const { side } = this;
    const [left, top, right, bottom] = this.samples(shape);
    for (let row = top; row < bottom; row++) {
      const y = (row + 0.5) / side;
      for (let column = left; column < right; column++) {
        const x = (column + 0.5) / side;
        if (shape.inside === undefined || shape.inside(x, y)) body(row * side + column, x, y);
      }
    }
  }

  /** The shape's box in whole samples: left, top, right and bottom, the last two excluded. */
  private samples({ x0, y0, x1, y1 }: Shape): readonly [number, number, number, number] {
    const last = this.side;
    const sample = (place: number) => Math.min(last, Math.max(0, Math.round(place * last)));
    return [sample(x0), sample(y0), sample(x1), sample(y1)];
  }
}
