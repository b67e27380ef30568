import type { FloatImages } from '../../data/batch/floatImages.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { Colour } from '../../data/batch/labelColours.js';
import { classColours } from '../../data/batch/palette.js';
import { classesOf, NO_CLASS } from '../../data/batch/shownImage.js';
import type { LabelsFormat } from '../../data/batch/sideFormat.js';
import type { Brush } from './modelIndex.js';

/**
 * Label maps as pictures that one draws: each class has a colour of its own. Where the palette gives several classes the same
 * one, the later ones are changed by what no eye sees. Where labels may be of no class that has a colour, too.
 */
export class ClassPalette {
  /** In the order of their numbers. */
  readonly brushes: readonly Brush[];
  /** Of the brushes, as label images have them. */
  private readonly numbers: readonly number[];
  /** Of the brushes, as networks see them: `NO_CLASS` for that of no class. */
  private readonly labels: readonly number[];
  /** The brush of a colour, for all colours that were met. */
  private readonly known = new Map<number, number>();

  /** @param palette as `--label_palette` has it */
  constructor({ channels, ignored }: LabelsFormat, palette: string) {
    const numbers = Array.from({ length: channels }, (_, number) => number);
    if (ignored !== undefined && ignored >= channels) numbers.push(ignored);
    const colours = classColours(palette);
    this.brushes = numbers.map((number, brush) => {
      const wanted = packed(colours, 3 * number);
      let change = 0;
      while (this.known.has(wanted ^ change)) change++; // in blue, and there in the least bits
      this.known.set(wanted ^ change, brush);
      return { colour: unpacked(wanted ^ change), name: number === ignored ? 'no class' : `class ${number}` };
    });
    this.numbers = numbers;
    this.labels = numbers.map((number) => (number === ignored ? NO_CLASS : number));
  }

  /**
   * The classes of a picture, of any other colour that of the nearest.
   * @param rgba as `ImageData` has them
   */
  read(rgba: Uint8ClampedArray): Uint8Array {
    return Uint8Array.from(
      { length: rgba.length / 4 },
      (_, i) => this.labels[this.brushOf(packed(rgba, 4 * i))],
    );
  }

  /**
   * Gives a picture the colours of classes, in place: one in greys that are the numbers of classes, as label maps are often
   * stored, and else one in colours, each of which becomes the nearest of them.
   */
  recolour(rgba: Uint8ClampedArray): void {
    const areNumbers = !this.hasOwnColours(rgba) && this.hasNumbers(rgba);
    for (let i = 0; i < rgba.length; i += 4) {
      const brush = areNumbers ? this.numbers.indexOf(rgba[i]) : this.brushOf(packed(rgba, i));
      rgba.set(this.brushes[brush].colour, i);
    }
  }

  /** A picture of one image of labels as networks see them. */
  paint(images: FloatImages): ImageBatch {
    const [, , height, width] = images.shape;
    const data = new Uint8Array(3 * height * width);
    for (const [i, label] of classesOf(images).entries()) {
      const brush = this.labels.indexOf(label);
      if (brush >= 0) data.set(this.brushes[brush].colour, 3 * i);
    }
    return { data, shape: [1, height, width, 3] };
  }

  private brushOf(colour: number): number {
    let brush = this.known.get(colour);
    if (brush === undefined) {
      const distances = this.brushes.map((one) => squaredDistance(one.colour, unpacked(colour)));
      brush = distances.indexOf(Math.min(...distances));
      this.known.set(colour, brush);
    }
    return brush;
  }

  private hasOwnColours(rgba: Uint8ClampedArray): boolean {
    const own = new Set(this.brushes.map(({ colour }) => packed(colour, 0)));
    for (let i = 0; i < rgba.length; i += 4) if (!own.has(packed(rgba, i))) return false;
    return true;
  }

  private hasNumbers(rgba: Uint8ClampedArray): boolean {
    for (let i = 0; i < rgba.length; i += 4) {
      const isGrey = rgba[i] === rgba[i + 1] && rgba[i] === rgba[i + 2];
      if (!isGrey || !this.numbers.includes(rgba[i])) return false;
    }
    return true;
  }
}

const packed = (bytes: ArrayLike<number>, at: number) =>
  (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
const unpacked = (colour: number): Colour => [colour >> 16, (colour >> 8) & 255, colour & 255];

function squaredDistance(a: Colour, b: Colour): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}
