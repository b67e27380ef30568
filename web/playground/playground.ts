import { effect, signal } from '@preact/signals';
import type { Colour } from '../../src/data/batch/labelColours.js';
import type { Brush, ModelIndex } from '../../src/inference/portable/modelIndex.js';
import { parsePixelSize, type Sides, sidesOf } from '../../src/options/pixelSize.js';
import type { Backend } from '../pix2pix.js';
import { fromLink, toLink } from './drawing/link.js';
import type { Drawing } from './drawing/marks.js';
import { openPicture } from './openPicture.js';
import { type Layer, Sketch } from './sketch.js';
import { Translation } from './translation.js';

/** Where the data has no labels. */
const PLAIN: readonly Brush[] = [
  { colour: [0, 0, 0], name: 'black' },
  { colour: [255, 255, 255], name: 'white' },
  { colour: [128, 128, 128], name: 'grey' },
  { colour: [196, 60, 48], name: 'red' },
  { colour: [232, 170, 60], name: 'yellow' },
  { colour: [60, 140, 72], name: 'green' },
  { colour: [56, 104, 196], name: 'blue' },
  { colour: [120, 80, 48], name: 'brown' },
];
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
  /** A drawing to begin with, as links have it. */
  readonly drawing?: string | undefined;
}

/** A drawing, its translation, and what a person does with them. */
export class Playground {
  readonly sketch = new Sketch({ width: USUAL_SIDE, height: USUAL_SIDE, ground: WHITE, marks: [] });
  readonly translation: Translation;
  readonly title = signal('');
  readonly brushes = signal<readonly Brush[]>(PLAIN);
  /** Addresses of inputs to start from. */
  readonly examples = signal<readonly string[]>([]);
  readonly view = signal<View>('side by side');
  /** Something to be told once: what was copied, what could not be opened. */
  readonly notice = signal<{ readonly text: string; readonly isError: boolean } | undefined>(undefined);
  private layerCount = 0;
  private size: Sides = sidesOf(USUAL_SIDE);
  private stop = () => {};

  constructor(private readonly settings: PlaygroundSettings) {
    this.translation = new Translation(settings.model, settings.backend);
    this.translation.ready().then(
      ({ index }) => this.begin(index),
      () => {}, // shown by the translation's state
    );
  }

  dispose(): void {
    this.stop();
    this.translation.dispose();
  }

  /** Does something that may fail, and says so then. */
  async attempt(action: () => Promise<void> | void): Promise<void> {
    try {
      this.notice.value = undefined;
      await action();
    } catch (error) {
      this.notice.value = { text: (error as Error).message, isError: true };
    }
  }

  say(text: string): void {
    this.notice.value = { text, isError: false };
  }

  /** An empty drawing. */
  startAfresh(): void {
    this.sketch.replace(this.empty(this.size.width, this.size.height));
  }

  /** A picture in place of the drawing, which takes its proportions; or below the marks where there are some. */
  async openFile(file: Blob, name: string): Promise<void> {
    const bitmap = await openPicture(
      file,
      name,
      Math.max(...Object.values(this.size)),
      this.brushes.value !== PLAIN,
    );
    const layer: Layer = { id: ++this.layerCount, name, bitmap, isTraced: false };
    const { sketch } = this;
    if (sketch.drawing.marks.length > 0) return sketch.setLayers([...sketch.layers, layer]);
    sketch.replace(this.empty(bitmap.width, bitmap.height), [layer]);
  }

  async openAddress(address: string): Promise<void> {
    const response = await fetch(address);
    this.sketch.clear();
    await this.openFile(await response.blob(), 'example');
  }

  /** The translation as a PNG file. */
  async save(): Promise<void> {
    const { value: result } = this.translation.result;
    if (result === undefined) return;
    const canvas = new OffscreenCanvas(result.width, result.height);
    canvas.getContext('2d')!.putImageData(result, 0, 0);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await canvas.convertToBlob());
    link.download = `${this.title.value || 'translation'}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
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
      this.say(`The link is copied: whoever opens it has this drawing.${missing}`);
    } catch {
      this.say(`${link}${missing}`); // pages in frames, and those not from https, may not copy
    }
  }

  private begin({ info, brushes, examples }: ModelIndex): void {
    this.title.value = info.name;
    this.size = sidesOf(parsePixelSize(String(info.options.crop_size)) ?? USUAL_SIDE);
    if (brushes.length > 0) this.brushes.value = brushes;
    this.sketch.ink.value = this.brushes.value[Math.min(1, brushes.length)].colour;
    this.examples.value = examples.map((name) => new URL(name, this.settings.model).href);
    void this.attempt(async () => {
      const { drawing } = this.settings;
      if (drawing !== undefined) this.sketch.replace(await fromLink(drawing));
      else if (examples.length > 0) await this.openAddress(this.examples.value[0]);
      else this.startAfresh();
    }).then(() => this.follow());
  }

  /** Translates whatever is drawn, from now on. */
  private follow(): void {
    this.stop = effect(() => {
      this.sketch.version.value;
      this.translation.request(() => this.sketch.picture());
    });
  }

  private empty(width: number, height: number): Drawing {
    const [first] = this.brushes.value;
    return { width, height, ground: this.brushes.value === PLAIN ? WHITE : first.colour, marks: [] };
  }
}
