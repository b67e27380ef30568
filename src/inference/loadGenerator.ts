import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { hasHash } from '../checkpoints/hasHash.js';
import type { ImageBatch } from '../data/batch/imageBatch.js';
import { decodeDeepImage } from '../data/decode/decode.js';
import { InferenceSession } from '../engine/devices/cpu/inferenceSession.js';
import { toChannels } from './channels.js';
import { findGenerator, type GeneratorSource, type SourceOptions } from './generatorSource.js';
import { type InferenceDeviceOptions, openInferenceDevice } from './inferenceDevice.js';
import { deviceEngines } from './portable/deviceEngines.js';
import type { Generator, TranslateOptions } from './portable/generator.js';
import { normModes } from './portable/generatorInfo.js';
import { formatsOfGenerator } from './portable/imageFormats.js';
import { type Engines, type Tensor, TensorTranslator } from './portable/tensorTranslator.js';
import { sessionEngines } from './sessionEngines.js';

/** An image file: its path, or its contents. */
export type ImageFile = string | Uint8Array;

/** Settings of `loadGenerator`. */
export interface LoadOptions extends SourceOptions, InferenceDeviceOptions {
  /** Told of what a person should know. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
  /** Threads of the engine; 0 means one per core. Default: 0. */
  readonly threads?: number;
  /** For one small image: starts a little sooner, and then takes longer for each. Default: false. */
  readonly startsFast?: boolean;
}

/**
 * Loads a trained generator to translate with: a run by its name (in ./checkpoints), a checkpoint, or an exported file.
 *
 * ```ts
 * const g = await loadGenerator('facades_pix2pix');
 * const photo = await g.translate('labels.png');        // { data: u8, shape: [1, H, W, 3] }
 * await writeFile('photo.png', await encodePng(photo));
 * await g.dispose();
 * ```
 *
 * @throws Pix2PixError when there is no such model, it is damaged, or a setting is none
 */
export async function loadGenerator(
  model: string,
  options: LoadOptions = {},
): Promise<Generator<ImageFile, ImageBatch>> {
  requireSettings(model, options);
  if (InferenceSession.notice !== undefined) (options.onWarning ?? console.warn)(InferenceSession.notice);
  if (options.startsFast) {
    const { translator, isWhole } = await prepareUnverified(model, options);
    if (await isWhole) return new NodeGenerator(translator);
    await translator.dispose(); // below it is found out what to say, or to take instead
  }
  const find = () => findGenerator(model, options);
  const translator = await translatorOf(find(), find, options);
  await translator.prepare(kindOf(translator));
  return new NodeGenerator(translator);
}

/** For programs without types, and for names that come out of an environment where they are missing. */
function requireSettings(model: unknown, { normMode = 'batch', threads = 0 }: LoadOptions): void {
  if (typeof model !== 'string' || model === '') {
    throw new Pix2PixError(
      'no generator is named',
      { model: model === '' ? "''" : String(model) },
      "give a run, a file, or 'demo:facades', which comes with the package",
    );
  }
  if (!normModes.includes(normMode)) {
    const choices = normModes.join(', ');
    throw new Pix2PixError(
      `there is no norm mode ${normMode}`,
      { 'there are': choices },
      'give one of these',
    );
  }
  if (Number.isInteger(threads) && threads >= 0) return;
  throw new Pix2PixError(
    'threads are a whole number',
    { threads },
    'give { threads: 4 }, or 0 for one per core',
  );
}

/** The engine that its images need. */
function kindOf({ info }: TensorTranslator): keyof Engines {
  return formatsOfGenerator(info).input.kind === 'bytes' ? 'uint8' : 'float';
}

/** Makes a session while another thread verifies the weights. */
async function prepareUnverified(model: string, options: LoadOptions) {
  const find = () => findGenerator(model, { ...options, verify: false });
  const source = find();
  const isWhole = source.unverified === undefined ? true : hasHash(source.unverified);
  const translator = await translatorOf(source, find, options);
  await translator.prepare(kindOf(translator));
  return { translator, isWhole };
}

/** Not part of the functions above, whose variables the weights would outlive in. */
async function translatorOf(
  source: GeneratorSource,
  findAgain: () => GeneratorSource,
  options: LoadOptions,
): Promise<TensorTranslator> {
  const { info, trained } = source;
  const device = await openInferenceDevice(source, options);
  const engines =
    device === undefined || trained === undefined
      ? sessionEngines(source, findAgain, { ...options, threads: options.threads ?? 0 })
      : await deviceEngines(trained, info.normMode, device);
  return new TensorTranslator(info, engines);
}

class NodeGenerator implements Generator<ImageFile, ImageBatch> {
  constructor(private readonly translator: TensorTranslator) {}

  get info() {
    return this.translator.info;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads are in the interface
  async translate(image: Tensor | ImageFile, options?: TranslateOptions): Promise<any> {
    if (typeof image !== 'string' && !(image instanceof Uint8Array)) {
      return this.translator.translate(image, options);
    }
    const name = typeof image === 'string' ? image : 'the image';
    return this.translator.translate(this.decode(image, name), options);
  }

  private async decode(image: ImageFile, name: string): Promise<ImageBatch> {
    return toChannels(await decodeDeepImage(image, name), this.info, name) as ImageBatch;
  }

  dispose(): Promise<void> {
    return this.translator.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
