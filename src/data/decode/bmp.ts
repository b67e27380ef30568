import type { RgbImage } from './rgbImage.js';

/** Size and layout of the pixels, from the two headers of a BMP file. */
interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bitsPerPixel: number;
  readonly compression: number;
  /** Byte positions in the file. */
  readonly pixels: number;
  readonly palette: number;
  readonly paletteEntryBytes: 3 | 4;
  readonly paletteLength: number;
}

const CORE_HEADER = 12;
const INFO_HEADER = 40;
const compressions = { rgb: 0, rle8: 1, rle4: 2, bitfields: 3, alphaBitfields: 6 } as const;

/**
 * The headers of a Windows bitmap ("Bitmap Storage" in the Windows GDI documentation): enough to judge the size
 * before anything is allocated.
 *
 * @throws Error when they are cut short, contradict themselves, or name a layout that is not supported
 */
export function readBmpHeader(file: Buffer): BmpHeader {
  if (file.length < 14 + CORE_HEADER) throw new Error('BMP header is cut short');
  const headerSize = file.readUInt32LE(14);
  const isCore = headerSize === CORE_HEADER;
  if (!isCore && (headerSize < INFO_HEADER || file.length < 14 + headerSize)) {
    throw new Error(`BMP header of ${headerSize} bytes is not supported`);
  }
  const width = isCore ? file.readUInt16LE(18) : file.readInt32LE(18);
  const height = isCore ? file.readUInt16LE(20) : file.readInt32LE(22);
  const bitsPerPixel = file.readUInt16LE(isCore ? 24 : 28);
  const compression = isCore ? compressions.rgb : file.readUInt32LE(30);
  if (width <= 0 || height === 0) throw new Error(`BMP of ${width}x${height} pixels`);

  const depths: Record<number, readonly number[]> = {
    [compressions.rgb]: [1, 4, 8, 16, 24, 32],
    [compressions.rle8]: [8],
    [compressions.rle4]: [4],
    [compressions.bitfields]: [16, 32],
    [compressions.alphaBitfields]: [16, 32],
  };
  if (!depths[compression]?.includes(bitsPerPixel)) {
    throw new Error(`BMP of ${bitsPerPixel} bits with compression ${compression} is not supported`);
  }
  const masks = { [compressions.bitfields]: 12, [compressions.alphaBitfields]: 16 }[compression] ?? 0;
  const colours = isCore ? 0 : file.readUInt32LE(46);
  const most = bitsPerPixel <= 8 ? 2 ** bitsPerPixel : 0;
  const pixels = file.readUInt32LE(10);
  const hasRuns = compression === compressions.rle8 || compression === compressions.rle4;
  if (!hasRuns && pixels + rowBytes(width, bitsPerPixel) * Math.abs(height) > file.length) {
    throw new Error('BMP pixels are cut short');
  }
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bitsPerPixel,
    compression,
    pixels,
    palette: 14 + headerSize + (headerSize === INFO_HEADER ? masks : 0),
    paletteEntryBytes: isCore ? 3 : 4,
    paletteLength: colours === 0 ? most : Math.min(colours, most),
  };
}

/**
 * Decodes a Windows bitmap: 1, 4, 8 (palette, plain or run-length), 16, 24 and 32 bits, top-down or bottom-up. Here
 * because libvips as packed with sharp has no BMP reader. A fourth channel is dropped.
 *
 * @throws Error when the file is cut short or malformed
 */
export function decodeBmp(file: Buffer): RgbImage {
  const header = readBmpHeader(file);
  const { width, height, bitsPerPixel } = header;
  const data = new Uint8Array(width * height * 3);
  if (bitsPerPixel <= 8) paint(data, readIndices(file, header), readPalette(file, header));
  else readDirect(file, header, data);
  return { data, width, height };
}

function readPalette(file: Buffer, header: BmpHeader): Uint8Array {
  const { palette, paletteEntryBytes: step, paletteLength: length } = header;
  if (palette + length * step > file.length) throw new Error('BMP palette is cut short');
  const colours = new Uint8Array(256 * 3); // an index beyond the palette is black, as in other decoders
  for (let i = 0; i < length; i++) {
    for (let channel = 0; channel < 3; channel++)
      colours[i * 3 + channel] = file[palette + i * step + 2 - channel];
  }
  return colours;
}

function paint(data: Uint8Array, indices: Uint8Array, colours: Uint8Array): void {
  for (let i = 0; i < indices.length; i++) {
    const colour = indices[i] * 3;
    data[i * 3] = colours[colour];
    data[i * 3 + 1] = colours[colour + 1];
    data[i * 3 + 2] = colours[colour + 2];
  }
}

/** Rows are padded to four bytes. */
function rowBytes(width: number, bitsPerPixel: number): number {
  return Math.ceil((width * bitsPerPixel) / 32) * 4;
}

/** Where each row of the picture, from the top, begins in the file. */
function rowStarts({ width, height, bitsPerPixel, pixels, topDown }: BmpHeader): number[] {
  const stride = rowBytes(width, bitsPerPixel);
  return Array.from({ length: height }, (_, y) => pixels + stride * (topDown ? y : height - 1 - y));
}

function readIndices(file: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, bitsPerPixel, compression } = header;
  if (compression !== compressions.rgb) return readRuns(file, header);
  const indices = new Uint8Array(width * height);
  const mask = 2 ** bitsPerPixel - 1;
  rowStarts(header).forEach((start, y) => {
    for (let x = 0; x < width; x++) {
      const bit = x * bitsPerPixel;
      indices[y * width + x] = (file[start + (bit >> 3)] >> (8 - bitsPerPixel - (bit & 7))) & mask;
    }
  });
  return indices;
}

/** RLE8 and RLE4: pairs (count, value), or after a zero: 0 end of line, 1 end of picture, 2 move, n literal pixels. */
function readRuns(file: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, compression, topDown } = header;
  const indices = new Uint8Array(width * height);
  const isNibbles = compression === compressions.rle4;
  let [x, y, at] = [0, 0, header.pixels];
  const next = (): number => {
    if (at >= file.length) throw new Error('BMP runs are cut short');
    return file[at++];
  };
  const put = (index: number): void => {
    if (x < width && y < height) indices[(topDown ? y : height - 1 - y) * width + x] = index;
    x++;
  };
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) put(isNibbles ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) break;
    else if (value === 2) [x, y] = [x + next(), y + next()];
    else {
      const bytes = isNibbles ? Math.ceil(value / 2) : value;
      for (let i = 0; i < bytes; i++) {
        const byte = next();
        if (!isNibbles) put(byte);
        else {
          put(byte >> 4);
          if (2 * i + 1 < value) put(byte & 15);
        }
      }
      if (bytes % 2 === 1) next(); // literals are padded to two bytes
    }
  }
  return indices;
}

function readDirect(file: Buffer, header: BmpHeader, data: Uint8Array): void {
  const { width, bitsPerPixel } = header;
  const bytes = bitsPerPixel / 8;
  const hasPlainBytes =
    bitsPerPixel === 24 || (bitsPerPixel === 32 && header.compression === compressions.rgb);
  const channels = hasPlainBytes ? [] : readMasks(file, header);
  rowStarts(header).forEach((start, y) => {
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * 3;
      const from = start + x * bytes;
      if (hasPlainBytes) {
        data[to] = file[from + 2];
        data[to + 1] = file[from + 1];
        data[to + 2] = file[from];
      } else {
        const pixel = bytes === 2 ? file.readUInt16LE(from) : file.readUInt32LE(from);
        for (let c = 0; c < 3; c++) data[to + c] = channels[c](pixel);
      }
    }
  });
}

/** For R, G and B: from a pixel to 0 ... 255, by the bit masks of the header or the default 5-5-5. */
function readMasks(file: Buffer, { compression, palette }: BmpHeader): ((pixel: number) => number)[] {
  if (compression !== compressions.rgb && palette > file.length) throw new Error('BMP masks are cut short');
  const MASKS = 54;
  const masks =
    compression === compressions.rgb
      ? [0x7c00, 0x03e0, 0x001f]
      : [0, 1, 2].map((channel) => file.readUInt32LE(MASKS + channel * 4));
  return masks.map((mask) => {
    if (mask === 0) return () => 0;
    const shift = 31 - Math.clz32(mask & -mask);
    const most = mask >>> shift;
    return (pixel) => Math.floor((((pixel & mask) >>> shift) * 255) / most);
  });
}
