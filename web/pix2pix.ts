import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
import { readSafetensorsBytes } from '../src/checkpoints/format/safetensorsBytes.js';
import type { FloatImages } from '../src/data/batch/floatImages.js';
import type { ImageBatch } from '../src/data/batch/imageBatch.js';
import type { ClassPalette } from '../src/inference/portable/classPalette.js';
import type { Generator, TranslateOptions } from '../src/inference/portable/generator.js';
import type { GeneratorInfo } from '../src/inference/portable/generatorInfo.js';
import { emptyGenerator, fillGenerator } from '../src/inference/portable/generatorWeights.js';
import type { ModelIndex } from '../src/inference/portable/modelIndex.js';
import { type Tensor, TensorTranslator } from '../src/inference/portable/tensorTranslator.js';
import { builtInExtensions } from '../src/training/model/builtInExtensions.js';
import type { Picture } from './canvasImages.js';
import { hasGpu } from './gpu.js';
import { downloadModel, type LoadProgress } from './modelDownload.js';
import { PictureForm } from './pictureForm.js';
import { type Backend, createEngines } from './webEngine.js';

export { type ErrorFacts, Pix2PixError } from '../src/base/errors/pix2pixError.js';
export type { Sides } from '../src/base/sides.js';
export type { Colour } from '../src/data/batch/labelColours.js';
export type { LabelsFormat } from '../src/data/batch/sideFormat.js';
export type { Boundary, Precision } from '../src/engine/onnx/modelForm.js';
export type { DeepImageBatch } from '../src/inference/portable/generator.js';
export type { NormMode } from '../src/inference/portable/generatorInfo.js';
export type { Brush } from '../src/inference/portable/modelIndex.js';
export type {
  Backend,
  ClassPalette,
  FloatImages,
  Generator,
  GeneratorInfo,
  ImageBatch,
  LoadProgress,
  ModelIndex,
  Picture,
  Tensor,
  TranslateOptions,
};

export interface LoadOptions {
  /** While the model is loading. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Default: webgpu where the browser has a GPU, else wasm. */
  readonly backend?: Backend;
}

/**
 * A generator that was exported for the web. It begins to load at once, and whatever is asked of it waits for that.
 *
 * ```js
 * const picture = await pix2pix('model/').translate(canvas);
 * canvas.getContext('2d').putImageData(picture, 0, 0);
 * ```
 *
 * Where a server renders the page it may be called too: nothing is loaded there, and what is asked of it is refused.
 *
 * @param folder the folder `model` of the export, relative to the page, or to the script of a worker
 */
export function pix2pix(folder: string | URL, options: LoadOptions = {}): WebGenerator {
  return new WebGenerator(load(folder, options));
}

/** As in Node: the promise of a generator that has been loaded. */
export function loadGenerator(folder: string | URL, options: LoadOptions = {}): Promise<WebGenerator> {
  return pix2pix(folder, options).ready();
}

/** A generator in a browser; the same interface as in Node. */
export class WebGenerator implements Generator<Picture, ImageData> {
  private loaded: Loaded | undefined;

  /** @internal use `pix2pix` */
  constructor(private readonly loading: Promise<Loaded>) {
    loading.then(
      (loaded) => {
        this.loaded = loaded;
      },
      () => {}, // reported by every method that waits for it
    );
  }

  /** Known once it has been loaded. */
  get info(): GeneratorInfo {
    return this.whenLoaded().translator.info;
  }

  /** The hardware that computes. Known once the model has been loaded. */
  get backend(): Backend {
    return this.whenLoaded().backend;
  }

  /** What the export says of the model. Known once it has been loaded. */
  get index(): ModelIndex {
    return this.whenLoaded().index;
  }

  /**
   * The colours that the classes are drawn in of a generator that takes label maps; undefined of others. Known once it has been
   * loaded.
   */
  get palette(): ClassPalette | undefined {
    return this.whenLoaded().form.palette;
  }

  /** Waits until the model has been loaded. */
  async ready(): Promise<this> {
    await this.loading;
    return this;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads are in the interface
  async translate(image: Tensor | Picture, options?: TranslateOptions): Promise<any> {
    const { translator, form } = await this.loading;
    if ('shape' in image) return translator.translate(image, options);
    return form.picture(await translator.translate(form.read(image), options));
  }

  async dispose(): Promise<void> {
    const { translator } = await this.loading;
    await translator.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  private whenLoaded(): Loaded {
    if (this.loaded !== undefined) return this.loaded;
    throw new Pix2PixError('the generator is still loading', {}, 'await ready() first');
  }
}

interface Loaded {
  readonly translator: TensorTranslator;
  readonly form: PictureForm;
  readonly backend: Backend;
  readonly index: ModelIndex;
}

async function load(folder: string | URL, { onProgress = () => {}, backend }: LoadOptions): Promise<Loaded> {
  const { href } = new URL(folder, ownAddress());
  const { index, file } = await downloadModel(new URL(href.replace(/\/?$/, '/')), onProgress);
  const { info } = index;
  const weights = readSafetensorsBytes(file, href);
  const generator = fillGenerator(emptyGenerator(info.name, info.options, builtInExtensions()), weights);
  const form = new PictureForm(info);
  const open = async (chosen: Backend): Promise<Loaded> => {
    const translator = new TensorTranslator(info, await createEngines(generator, info.normMode, chosen));
    try {
      await translator.prepare(form.kind);
    } catch (error) {
      await translator.dispose().catch(() => {});
      throw error;
    }
    return { translator, form, backend: chosen, index };
  };
  if (backend !== undefined || !(await hasGpu())) return open(backend ?? 'wasm');
  return open('webgpu').catch(() => open('wasm')); // a GPU that is there may still be too small, or have another's bugs
}

/** Of the page, or of the script of a worker, which has no document. */
function ownAddress(): string {
  if (typeof document !== 'undefined') return document.baseURI;
  if (typeof location !== 'undefined') return location.href;
  throw new Pix2PixError(
    'pix2pix-ts/web translates in a browser, and this is none',
    {},
    "ask for translations where the browser alone does, as in useEffect or onMounted; on a server import 'pix2pix-ts'",
  );
}
