/** A grey map (PGM) or pixel map (PPM), up to where its pixels begin. */
interface NetpbmHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Decimal numbers instead of bytes. */
  readonly isPlain: boolean;
  /** The value of full brightness, 1 ... 65535. */
  readonly maxval: number;
  /** Byte position in the file. */
  readonly pixels: number;
}

/** Pixels as the file has them: R, G, B, each 0 ... `maxval`. */
export interface NetpbmImage {
  readonly data: Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly maxval: number;
}

/** The largest number that a header may hold, so that no product of two is inexact. */
const LARGEST = 2 ** 26;
const [HASH, LINE_FEED, CARRIAGE_RETURN, ZERO] = ['#', '\n', '\r', '0'].map((text) => text.charCodeAt(0));

const isSpace = (byte: number) => byte === 32 || (byte >= 9 && byte <= 13);

/** Reads decimal numbers that white space and comments, from `#` to the end of the line, part from each other. */
class NumberReader {
  constructor(
    private readonly file: Buffer,
    public at: number,
  ) {}

  /** @throws Error when there is none, or it is larger than `largest` */
  next(largest: number): number {
    this.skip();
    const start = this.at;
    let value = 0;
    for (; this.at < this.file.length; this.at++) {
      const digit = this.file[this.at] - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      if (value > largest) throw new Error(`a number above ${largest}`);
    }
    if (start >= this.file.length) throw new Error('PPM or PGM is cut short');
    if (this.at === start) throw new Error('PPM or PGM has something else where a number belongs');
    return value;
  }

  private skip(): void {
    const { file } = this;
    for (; this.at < file.length; this.at++) {
      if (file[this.at] === HASH) {
        while (this.at < file.length && file[this.at] !== LINE_FEED && file[this.at] !== CARRIAGE_RETURN)
          this.at++;
      } else if (!isSpace(file[this.at])) return;
    }
  }
}

/**
 * The header of a PPM or PGM file: enough to judge the size before anything is allocated.
 *
 * @throws Error when it is cut short or malformed, or the file is too short for its pixels
 * Sources: the specifications ppm(5) and pgm(5) of Netpbm
 */
export function readNetpbmHeader(file: Buffer): NetpbmHeader {
  const kind = file[1] - ZERO;
  const [isPlain, channels] = [kind <= 3, kind % 3 === 0 ? 3 : 1] as const;
  const numbers = new NumberReader(file, 2);
  const [width, height] = [numbers.next(LARGEST), numbers.next(LARGEST)];
  const maxval = numbers.next(0xffff);
  if (width === 0 || height === 0 || maxval === 0)
    throw new Error(`PPM or PGM of ${width}x${height} pixels up to ${maxval}`);
  if (!isSpace(file[numbers.at])) throw new Error('PPM or PGM header is cut short');
  const pixels = numbers.at + 1;
  const values = width * height * channels;
  const least = isPlain ? 2 * values - 1 : values * bytesOf(maxval);
  if (pixels + least > file.length) throw new Error('PPM or PGM pixels are cut short');
  return { width, height, channels, isPlain, maxval, pixels };
}

const bytesOf = (maxval: number) => (maxval < 256 ? 1 : 2);

/**
 * Decodes a PPM or PGM file, binary (P5, P6) or plain (P2, P3), of 8 or 16 bits. Here because libvips as packed with
 * sharp reads neither. A grey value becomes three equal ones; of several images in a file the first is taken.
 *
 * @throws Error when the file is cut short or malformed
 */
export function decodeNetpbm(file: Buffer): NetpbmImage {
  const header = readNetpbmHeader(file);
  const { width, height, channels, maxval } = header;
  const next = header.isPlain ? plainValues(file, header) : binaryValues(file, header);
  const data = new Uint16Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) {
    data[i] = next();
    data[i + 1] = channels === 3 ? next() : data[i];
    data[i + 2] = channels === 3 ? next() : data[i];
  }
  return { data, width, height, maxval };
}

function plainValues(file: Buffer, { maxval, pixels }: NetpbmHeader): () => number {
  const numbers = new NumberReader(file, pixels);
  return () => numbers.next(maxval);
}

function binaryValues(file: Buffer, { maxval, pixels }: NetpbmHeader): () => number {
  const bytes = bytesOf(maxval);
  let at = pixels;
  return () => {
    const value = bytes === 1 ? file[at] : file.readUInt16BE(at);
    if (value > maxval) throw new Error(`PPM or PGM has the value ${value} above its maximum ${maxval}`);
    at += bytes;
    return value;
  };
}
