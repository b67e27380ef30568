import { MachineError } from '../../base/errors/machineError.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
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

/** An image of a request. */
interface RequestedImage {
  readonly file: Uint8Array;
  /** In messages. */
  readonly name: string;
  /** Told how many pixels it has, before it is decoded. @throws where they are too many */
  readonly admit: (name: string, pixels: number) => void;
}

/** Of all images between decoding and encoding: three bytes each. */
const BUDGET_PIXELS = 64e6;
/** Of the images of one request, whose translations are held until the last is there. */
const REQUEST_PIXELS = 32e6;

/** Translates files: decodes them within a bound of pixels, waits for the queue, and encodes what comes of them. */
export class ImageTranslation {
  private readonly budget = new PixelBudget(BUDGET_PIXELS);
  private readonly mostOfRequest: number;

  /**
   * @param mostPixels of an image
   * @param mostOfRequest pixels of all images of a request; those of one image are always taken
   */
  constructor(
    private readonly queue: TranslationQueue,
    private readonly mostPixels: number,
    mostOfRequest = REQUEST_PIXELS,
  ) {
    this.mostOfRequest = Math.max(mostPixels, mostOfRequest);
  }

  /**
   * Translates the images of a request, all or none.
   * @throws Refused with 413 for too many pixels, 422 for what is no image or none that the model takes, and what the queue throws
   */
  async translate(
    model: string,
    { images, format, quality }: TranslateRequest,
    signal: AbortSignal,
  ): Promise<TranslatedFile[]> {
    const stop = new AbortController(); // also by one image that fails, for the others
    const onAbort = () => stop.abort(signal.reason);
    signal.addEventListener('abort', onAbort); // AbortSignal.any keeps what it has made in Node 20
    const nameOf = (index: number) => (images.length === 1 ? 'the image' : `images[${index}]`);
    let left = this.mostOfRequest;
    const admit = (name: string, pixels: number) => {
      if (pixels > this.mostPixels) throw this.oversized(name, pixels);
      left -= pixels;
      if (left < 0) throw this.tooMany(name);
    };
    const translations = images.map(async (file, index) => {
      try {
        const image = { file, name: nameOf(index), admit };
        return await this.translateOne(model, image, { format, quality }, stop.signal);
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
    { file, name, admit }: RequestedImage,
    output: Pick<TranslateRequest, 'format' | 'quality'>,
    signal: AbortSignal,
  ): Promise<TranslatedFile> {
    let taken = 0;
    const take = async (pixels: number) => {
      admit(name, pixels);
      await this.budget.take(pixels);
      taken = pixels;
    };
    try {
      const decoded = await decodeDeepImage(file, name, { admit: take });
      const translation = await this.queue.translate(model, decoded, signal);
      const [, height, width] = translation.shape;
      return { file: await encodeImage(translation, output), width, height };
    } catch (error) {
      throw refusalOfImage(error);
    } finally {
      this.budget.release(taken);
    }
  }

  private tooMany(name: string): OversizedImageError {
    const reason = `with it the request has more than ${this.mostOfRequest} pixels in all`;
    return new OversizedImageError(name, reason, 'send several requests');
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
  if (error instanceof BadImageError)
    return new Refused(
      error instanceof OversizedImageError ? 413 : 422,
      `${error.file}: ${error.reason}`,
      error.fix,
    );
  const isOfImage = error instanceof Pix2PixError && !(error instanceof MachineError);
  return isOfImage ? new Refused(422, error.summary, error.fix) : error;
}
