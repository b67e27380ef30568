import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/**
 * One image that cannot be used, while the rest of the data set can: training warns and goes on without it unless
 * `--strict`. A custom data set may throw it from `get` for the same treatment.
 */
export class BadImageError extends Pix2PixError {
  override readonly name = 'BadImageError';

  /**
   * @param file the path of the image, as the person knows it
   * @param reason what is wrong with it
   * @param fix how to correct it
   */
  constructor(
    readonly file: string,
    readonly reason: string,
    fix = 'replace or remove the file',
  ) {
    super('this image cannot be used', { file, reason }, fix);
  }
}

/** What a decoder in JavaScript says that reads on where a file has ended. */
const PAST_THE_END = /outside the bounds of the DataView/;

/** What `decode` gives; any other error of a decoder becomes a BadImageError, with the name of the file. */
export async function decodable<T>(name: string, decode: () => Promise<T> | T): Promise<T> {
  try {
    return await decode();
  } catch (cause) {
    if (cause instanceof BadImageError) throw cause;
    const [said] = String((cause as Error).message).split('\n', 1);
    const reason = PAST_THE_END.test(said)
      ? 'the file is cut off or damaged: it has less than it says'
      : said;
    throw new BadImageError(name, `it cannot be decoded: ${reason}`);
  }
}
