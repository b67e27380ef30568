import { effect, signal } from '@preact/signals';
import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import type { Sides } from '../../src/base/sides.js';
import type { Colour } from '../../src/data/batch/labelColours.js';
import type { ClassPalette } from '../../src/inference/portable/classPalette.js';
import { formatsOfGenerator } from '../../src/inference/portable/imageFormats.js';
import type { Brush } from '../../src/inference/portable/modelIndex.js';
import { parsePixelSize, sidesOf } from '../../src/options/pixelSize.js';
import { Notices } from '../notices.js';
import type { Backend, WebGenerator } from '../pix2pix.js';
import { saveFile } from '../saveFile.js';
import { requireTrueCanvas } from '../trueCanvas.js';
import { COLOURS, GREYS, type OtherInk, otherInk } from './brushes.js';
import { fromLink, toLink } from './drawing/link.js';
import type { Drawing } from './drawing/marks.js';
import { meaningOf } from './meaning.js';
import { openPicture } from './openPicture.js';
import { type Layer, Sketch } from './sketch.js';
import { Translation } from './translation.js';

const WHITE: Colour = [255, 255, 255];
/** Of the drawing, where neither the training nor an example tells. */
const USUAL_SIDE = 256;

export const views = ['side by side', 'slider'] as const;
export type View = (typeof views)[number];

/** How a playground is set up. */
export interface PlaygroundSettings {
  /** The folder of a model. */
  readonly model: URL;
  readonly backend?: Backend | undefined;
  /** Whether the page is there for it: what is pasted nowhere in particular is meant for it. */
  readonly ownsPage?: boolean;
  /** Told when the model is there. */
  readonly onReady?: () => void;
}

/** What a person finds before the model is there. */
export function newSketch(): Sketch {
  return new Sketch({ width: USUAL_SIDE, height: USUAL_SIDE, ground: WHITE, marks: [] });
}

/** A drawing, its translation, and what a person does with them. */
export class Playground {
  readonly translation: Translation;
  readonly title = signal('');
  readonly brushes = signal<readonly Brush[]>(COLOURS);
  readonly otherInk = signal<OtherInk>('colour');
  /** Addresses of inputs to start from. */
  readonly examples = signal<readonly string[]>([]);
  /** What its numbers mean, in words; empty where they are colours. */
  readonly meaning = signal<readonly string[]>([]);
  /** Whether the colours of the translation are those of classes, which are not blended. */
  readonly makesClasses = signal(false);
  readonly view = signal<View>('side by side');
  readonly notices = new Notices();
  /** The colours of the classes that the generator takes; undefined where it takes none. */
  private palette: ClassPalette | undefined;
  /** Whether the brushes are labels of the data. */
  private hasLabels = false;
  private layerCount = 0;
  /** Whether a link has given the drawing. */
  private isGiven = false;
  private size: Sides = sidesOf(USUAL_SIDE);
  private stop = () => {};

  /** @param sketch what was drawn so far, with another model perhaps */
  constructor(
    private readonly settings: PlaygroundSettings,
    readonly sketch: Sketch,
  ) {
    this.translation = new Translation(settings.model, settings.backend);
    this.awaitModel();
  }

  get ownsPage(): boolean {
    return this.settings.ownsPage === true;
  }

  dispose(): void {
    this.stop();
    this.translation.dispose();
  }

  /** Loads the model again, after it could not be. */
  tryAgain(): void {
    this.translation.tryAgain();
    this.awaitModel();
  }

  /** Shows the drawing that a link carries. @throws Pix2PixError when it cannot be read */
  async openLink(drawing: string): Promise<void> {
    const linked = await fromLink(drawing);
    if (this.sketch.isTouched) this.sketch.replace(linked);
    else this.sketch.start(linked);
    this.isGiven = true;
  }

  /** An empty drawing. */
  startAfresh(): void {
    this.sketch.replace(this.empty(this.size.width, this.size.height));
  }

  /** A picture in place of the drawing, which takes its proportions; or below the marks where there are some. */
  async openFile(file: Blob, name: string): Promise<void> {
    const { layer, drawing } = await this.layerOf(file, name);
    const { sketch } = this;
    if (sketch.drawing.marks.length > 0) sketch.setLayers([...sketch.layers, layer]);
    else sketch.replace(drawing, [layer]);
  }

  /** An example in place of all that is there. */
  async openExample(address: string): Promise<void> {
    const { layer, drawing } = await this.example(address);
    this.sketch.replace(drawing, [layer]);
  }

  /** The translation as a PNG file. @throws Pix2PixError when the browser would write another picture */
  async save(): Promise<void> {
    const { value: result } = this.translation.result;
    if (result === undefined) return;
    requireTrueCanvas();
    const canvas = new OffscreenCanvas(result.width, result.height);
    canvas.getContext('2d')!.putImageData(result, 0, 0);
    saveFile(`${this.title.value || 'translation'}.png`, await canvas.convertToBlob());
  }

  /** The address of the playground with this drawing in it. */
  async link(): Promise<string> {
    const page = new URL('../', this.settings.model); // beside the model, as exports have it
    page.hash = `drawing=${await toLink(this.sketch.drawing)}`;
    return page.href;
  }

  async copyLink(): Promise<void> {
    const link = await this.link();
    const missing = this.sketch.layers.length > 0 ? ' The pictures under it are not in the link.' : '';
    try {
      await navigator.clipboard.writeText(link);
      this.notices.say(`The link is copied: whoever opens it has this drawing.${missing}`);
    } catch {
      this.notices.say(`${link}${missing}`); // pages in frames, and those not from https, may not copy
    }
  }

  private awaitModel(): void {
    this.translation.ready().then(
      (generator) => this.begin(generator),
      () => {}, // shown by the translation's state
    );
  }

  /** The model is there. What a person has drawn meanwhile stays. */
  private begin({ index: { info, brushes, examples }, palette }: WebGenerator): void {
    this.title.value = info.name;
    this.palette = palette;
    this.sketch.areClasses = palette !== undefined;
    this.meaning.value = meaningOf(info);
    this.makesClasses.value = formatsOfGenerator(info).output.kind === 'labels';
    this.size = sidesOf(parsePixelSize(String(info.options.crop_size)) ?? USUAL_SIDE);
    this.otherInk.value = otherInk(info);
    this.hasLabels = brushes.length > 0;
    if (this.hasLabels) this.brushes.value = brushes;
    else this.brushes.value = this.otherInk.value === 'grey' ? GREYS : COLOURS;
    if (!this.sketch.isTouched) this.sketch.ink.value = this.brushes.value[brushes.length > 1 ? 1 : 0].colour;
    this.examples.value = examples.map((name) => new URL(name, this.settings.model).href);
    void this.notices.watch(() => this.offerStart()).then(() => this.follow());
    this.settings.onReady?.();
  }

  /** The first example, or an empty drawing as the training has them. */
  private async offerStart(): Promise<void> {
    const isFree = () => !this.isGiven && !this.sketch.isTouched;
    const [first] = this.examples.value;
    if (isFree()) this.sketch.start(this.empty(this.size.width, this.size.height));
    if (!isFree() || first === undefined) return;
    const { layer, drawing } = await this.example(first);
    if (isFree()) this.sketch.start(drawing, [layer]);
  }

  private async example(address: string): Promise<{ layer: Layer; drawing: Drawing }> {
    const response = await fetch(address);
    if (!response.ok) {
      const facts = { address, status: response.status };
      throw new Pix2PixError('the example is not there', facts, 'take another one, or reload the page');
    }
    return this.layerOf(await response.blob(), 'example');
  }

  /** A picture as a layer, and the drawing that has its proportions. */
  private async layerOf(file: Blob, name: string): Promise<{ layer: Layer; drawing: Drawing }> {
    const longest = Math.max(...Object.values(this.size));
    const labels = this.hasLabels ? 'labels' : 'any';
    const bitmap = await openPicture(file, name, longest, this.palette ?? labels);
    const layer = { id: ++this.layerCount, name, bitmap, isTraced: false };
    return { layer, drawing: this.empty(bitmap.width, bitmap.height) };
  }

  /** Translates whatever is drawn, from now on. */
  private follow(): void {
    this.stop();
    this.stop = effect(() => {
      this.sketch.version.value;
      this.translation.request(() => this.sketch.picture());
    });
  }

  private empty(width: number, height: number): Drawing {
    const [first] = this.brushes.value;
    return { width, height, ground: this.hasLabels ? first.colour : WHITE, marks: [] };
  }
}
