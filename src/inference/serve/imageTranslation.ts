import { Refused } from '../../base/http/refused.js';
import { BadImageError } from '../../data/decode/badImage.js';
import { decodeDeepImage } from '../../data/decode/decode.js';
import { OversizedImageError } from '../../data/decode/limits.js';
import { encodeImage } from '../encodeImage.js';
import { PixelBudget } from '../pixelBudget.js';
import type { TranslateRequest } from './translateRequest.js';
import type { TranslationQueue } from './translationQueue.js';

/** A translation as a file. */
export interface TranslatedFile {
  readonly file: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Of all images between decoding and encoding: three bytes each. */
const BUDGET_PIXELS = 64e6;

/** Translates files: decodes them within a bound of pixels, waits for the queue, and encodes what comes of them. */
export class ImageTranslation {
  private readonly budget = new PixelBudget(BUDGET_PIXELS);

  /** @param mostPixels of an image */
  constructor(
    private readonly queue: TranslationQueue,
    private readonly mostPixels: number,
  ) {}

  /**
   * Translates the images of a request, all or none.
   * @throws Refused with 413 for too many pixels, 422 for what is no image, and what the queue throws
   */
  async translate(
    model: string,
    { images, format, quality }: TranslateRequest,
    signal: AbortSignal,
  ): Promise<TranslatedFile[]> {
    const stop = new AbortController(); // also by one image that fails, for the others
    const onAbort = () => stop.abort(signal.reason);
    signal.addEventListener('abort', onAbort); // AbortSignal.any keeps what it has made in Node 20
    const name = (index: number) => (images.length === 1 ? 'the image' : `images[${index}]`);
    const translations = images.map(async (image, index) => {
      try {
        return await this.translateOne(model, { image, name: name(index) }, { format, quality }, stop.signal);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(translations); // what they hold is given back
    signal.removeEventListener('abort', onAbort);
    return Promise.all(translations);
  }

  private async translateOne(
    model: string,
    { image, name }: { readonly image: Uint8Array; readonly name: string },
    output: Pick<TranslateRequest, 'format' | 'quality'>,
    signal: AbortSignal,
  ): Promise<TranslatedFile> {
    let taken = 0;
    const admit = async (pixels: number) => {
      if (pixels > this.mostPixels) throw this.oversized(name, pixels);
      await this.budget.take(pixels);
      taken = pixels;
    };
    try {
      const decoded = await decodeDeepImage(image, name, { admit });
      const translation = await this.queue.translate(model, decoded, signal);
      const [, height, width] = translation.shape;
      return { file: await encodeImage(translation, output), width, height };
    } catch (error) {
      throw refusalOfImage(error);
    } finally {
      this.budget.release(taken);
    }
  }

  private oversized(name: string, pixels: number): OversizedImageError {
    const reason = `it has ${pixels} pixels, more than ${this.mostPixels}`;
    return new OversizedImageError(
      name,
      reason,
      'scale it down, or start the server with a larger --max_pixels',
    );
  }
}

function refusalOfImage(error: unknown): unknown {
  if (!(error instanceof BadImageError)) return error;
  return new Refused(
    error instanceof OversizedImageError ? 413 : 422,
    `${error.file}: ${error.reason}`,
    error.fix,
  );
}
