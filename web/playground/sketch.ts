import { signal } from '@preact/signals';
import type { Colour } from '../../src/data/batch/labelColours.js';
import { History } from './drawing/history.js';
import { type Drawing, drawMark, type Mark } from './drawing/marks.js';
import type { Ink } from './drawing/raster.js';

export const tools = ['brush', 'eraser', 'fill', 'line', 'box'] as const;
export type Tool = (typeof tools)[number];

/** A picture below the marks. */
export interface Layer {
  readonly id: number;
  readonly name: string;
  readonly bitmap: ImageBitmap;
  /** Whether it is there to be traced alone: seen, but no part of what is translated. */
  readonly isTraced: boolean;
}

interface Scene {
  readonly drawing: Drawing;
  readonly layers: readonly Layer[];
}

/** Of a picture that is traced. */
const TRACED_OPACITY = 0.5;

/** What is being drawn: marks and pictures, with all that was undone, and the mark that a hand is making. */
export class Sketch {
  readonly tool = signal<Tool>('brush');
  readonly ink = signal<Colour>([0, 0, 0]);
  readonly width = signal(12);
  /** Whether colours are those of classes, which are not blended, and differ however alike they are. */
  areClasses = false;
  /** Counts changes of what is seen. */
  readonly version = signal(0);
  private history: History<Scene>;
  private unfinished: Mark | undefined;
  private settled: ImageData;
  private settledMarks: readonly Mark[] = [];
  private base: ImageData | undefined;
  private baseScene: Scene | undefined;

  constructor(drawing: Drawing) {
    this.history = new History<Scene>({ drawing, layers: [] });
    this.settled = new ImageData(drawing.width, drawing.height);
  }

  get drawing(): Drawing {
    return this.history.current.drawing;
  }

  get layers(): readonly Layer[] {
    return this.history.current.layers;
  }

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  /** Whether a person has drawn or changed anything: that is theirs. */
  get isTouched(): boolean {
    return this.canUndo || this.canRedo || this.unfinished !== undefined;
  }

  /** Sets up what a person begins with: there is nothing before it to go back to. */
  start(drawing: Drawing, layers: readonly Layer[] = []): void {
    this.history = new History<Scene>({ drawing, layers });
    this.changed();
  }

  /** Takes a colour, to draw in. */
  takeInk(colour: Colour): void {
    this.ink.value = colour;
    if (this.tool.value === 'eraser') this.tool.value = 'brush';
  }

  /** Puts the hand down. */
  begin(x: number, y: number): void {
    const ink: Ink = this.tool.value === 'eraser' ? null : this.ink.value;
    switch (this.tool.value) {
      case 'fill':
        this.addMark({
          kind: 'fill',
          ink,
          at: [Math.floor(x), Math.floor(y)],
          ...(this.areClasses && { isExact: true }),
        });
        return;
      case 'box':
        this.unfinished = { kind: 'box', ink, corners: [x, y, x, y] };
        break;
      default:
        this.unfinished = { kind: 'stroke', ink, width: this.width.value, points: [x, y] };
    }
    this.changed();
  }

  /** Moves the hand that is down. */
  move(x: number, y: number): void {
    const mark = this.unfinished;
    if (mark === undefined) return;
    if (mark.kind === 'box') this.unfinished = { ...mark, corners: [mark.corners[0], mark.corners[1], x, y] };
    if (mark.kind === 'stroke') {
      const kept = this.tool.value === 'line' ? mark.points.slice(0, 2) : mark.points;
      this.unfinished = { ...mark, points: [...kept, x, y] };
    }
    this.changed();
  }

  /** Lifts it. */
  end(): void {
    const mark = this.unfinished;
    this.unfinished = undefined;
    if (mark !== undefined) this.addMark(mark);
  }

  /** Takes back the mark that is being made. */
  cancel(): void {
    this.unfinished = undefined;
    this.changed();
  }

  undo(): void {
    this.history.undo();
    this.changed();
  }

  redo(): void {
    this.history.redo();
    this.changed();
  }

  /** Another drawing in place of all that is there. */
  replace(drawing: Drawing, layers: readonly Layer[] = []): void {
    this.add({ drawing, layers });
  }

  setLayers(layers: readonly Layer[]): void {
    this.add({ drawing: this.drawing, layers });
  }

  /** What is translated: ground, pictures that are part of it, marks; opaque. */
  picture(): ImageData {
    return this.underMarks(this.marks());
  }

  /** Shows the picture, and over it what is traced. */
  paint(canvas: HTMLCanvasElement): void {
    const { width, height } = this.drawing;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d')!;
    context.putImageData(this.picture(), 0, 0);
    context.globalAlpha = TRACED_OPACITY;
    for (const layer of this.layers) if (layer.isTraced) drawContained(context, layer.bitmap, true);
    context.globalAlpha = 1;
  }

  private addMark(mark: Mark): void {
    const { drawing, layers } = this.history.current;
    this.add({ drawing: { ...drawing, marks: [...drawing.marks, mark] }, layers });
  }

  private add(scene: Scene): void {
    this.history.add(scene);
    this.changed();
  }

  private changed(): void {
    this.version.value++;
  }

  /** The marks, the unfinished one included. */
  private marks(): ImageData {
    this.settle();
    if (this.unfinished === undefined) return this.settled;
    const { width, height } = this.settled;
    const marks = new ImageData(this.settled.data.slice(), width, height);
    drawMark(marks, this.unfinished, () => marks);
    return marks;
  }

  /** Draws the marks that are not drawn yet; all of them where some were undone. */
  private settle(): void {
    const { marks, width, height } = this.drawing;
    const isLonger =
      marks.length >= this.settledMarks.length &&
      marks[this.settledMarks.length - 1] === this.settledMarks.at(-1) &&
      this.settled.width === width &&
      this.settled.height === height;
    if (!isLonger) {
      this.settled = new ImageData(width, height);
      this.settledMarks = [];
    }
    for (const mark of marks.slice(this.settledMarks.length)) {
      drawMark(this.settled, mark, () => this.underMarks(this.settled));
    }
    this.settledMarks = marks;
  }

  /** Ground and pictures with marks over them. */
  private underMarks({ data }: ImageData): ImageData {
    const base = this.baseOf();
    const picture = new ImageData(base.data.slice(), base.width, base.height);
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 255) picture.data.set(data.subarray(i, i + 4), i);
    }
    return picture;
  }

  /** Ground and pictures. */
  private baseOf(): ImageData {
    const { drawing, layers } = this.history.current;
    const { width, height, ground } = drawing;
    const known = this.baseScene;
    const isSame =
      known?.layers === layers &&
      known.drawing.width === width &&
      known.drawing.height === height &&
      `${known.drawing.ground}` === `${ground}`;
    if (this.base === undefined || !isSame) {
      const pictures = layers.filter(({ isTraced }) => !isTraced);
      this.base = withPictures(filled(width, height, ground), pictures, !this.areClasses);
      this.baseScene = this.history.current;
    }
    return this.base;
  }
}

function filled(width: number, height: number, [r, g, b]: Colour): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < image.data.length; i += 4) image.data.set([r, g, b, 255], i);
  return image;
}

/** With pictures over it. Without any it goes through no canvas: not every browser gives back what is in one. */
function withPictures(ground: ImageData, layers: readonly Layer[], isBlended: boolean): ImageData {
  if (layers.length === 0) return ground;
  const { width, height } = ground;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.putImageData(ground, 0, 0);
  for (const layer of layers) drawContained(context, layer.bitmap, isBlended);
  return context.getImageData(0, 0, width, height);
}

/** As large as fits, in the middle. */
function drawContained(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  bitmap: ImageBitmap,
  isBlended: boolean,
): void {
  const { width, height } = context.canvas;
  const scale = Math.min(width / bitmap.width, height / bitmap.height);
  const [w, h] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  context.imageSmoothingEnabled = isBlended && scale < 1;
  context.drawImage(bitmap, Math.floor((width - w) / 2), Math.floor((height - h) / 2), w, h);
}
