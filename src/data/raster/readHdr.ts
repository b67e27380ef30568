import { BadImageError } from '../decode/badImage.js';
import type { Raster, RasterHeader } from './raster.js';

/** Widths that the newer run lengths are for. */
const [SHORTEST, LONGEST] = [8, 0x7fff];
const LONGEST_TEXT = 0x10000;

interface HdrHeader extends RasterHeader {
  readonly offset: number;
}

/**
 * Reads Radiance's `.hdr`: linear RGB of a common exponent, stored in rows from the top, plain or by run lengths.
 * @returns float32 R, G, B, as the file's numbers are: exposure and colour corrections of the header are left out
 * @throws BadImageError for other orders of pixels, XYZ, and damaged files
 * Source: Radiance's file formats (G. Ward), `color.c`
 */
export function readHdr(name: string, file: Buffer): Raster {
  const { width, height, channels, offset } = readHdrHeader(name, file);
  const data = new Float32Array(width * height * 3);
  const row = new Uint8Array(width * 4);
  let at = offset;
  for (let y = 0; y < height; y++) {
    at = isPacked(file, at, width) ? unpackRow(name, file, at + 4, row) : copyRow(name, file, at, row);
    for (let x = 0; x < width; x++) toFloats(row, x, data, (y * width + x) * 3);
  }
  return { data, width, height, channels };
}

/** Throws BadImageError as above. */
export function readHdrHeader(name: string, file: Buffer): HdrHeader {
  const text = file.toString('latin1', 0, Math.min(file.length, LONGEST_TEXT));
  const found = /\n\n([-+][XY]) (\d{1,6}) ([-+][XY]) (\d{1,6})\n/.exec(text);
  if (found === null || Number(found[2]) === 0 || Number(found[4]) === 0)
    throw new BadImageError(name, 'its header cannot be read');
  if (/FORMAT=32-bit_rle_xyze/.test(text))
    throw new BadImageError(name, 'its colours are XYZ', 'save it as RGB');
  if (found[1] !== '-Y' || found[3] !== '+X')
    throw new BadImageError(
      name,
      `its pixels are in the order ${found[1]} ${found[3]}`,
      'save it in rows from the top',
    );
  return {
    ...{ height: Number(found[2]), width: Number(found[4]), channels: 3 },
    offset: found.index + found[0].length,
  };
}

function isPacked(file: Buffer, at: number, width: number): boolean {
  return width >= SHORTEST && width <= LONGEST && file[at] === 2 && file[at + 1] === 2 && file[at + 2] < 128;
}

/** R, G, B and exponent of a row one after the other, each in runs. */
function unpackRow(name: string, file: Buffer, start: number, row: Uint8Array): number {
  const width = row.length / 4;
  let at = start;
  for (let channel = 0; channel < 4; channel++) {
    for (let x = 0; x < width; ) {
      const code = file[at++];
      const isRun = code > 128;
      const length = isRun ? code - 128 : code;
      if (!(length > 0 && x + length <= width) || at + (isRun ? 1 : length) > file.length)
        throw new BadImageError(name, 'it is damaged or truncated');
      for (let i = 0; i < length; i++) row[4 * x++ + channel] = file[isRun ? at : at + i];
      at += isRun ? 1 : length;
    }
  }
  return at;
}

function copyRow(name: string, file: Buffer, at: number, row: Uint8Array): number {
  if (at + row.length > file.length) throw new BadImageError(name, 'it is truncated');
  row.set(file.subarray(at, at + row.length));
  if (row[0] === 1 && row[1] === 1 && row[2] === 1)
    throw new BadImageError(
      name,
      'its run lengths are of the old kind',
      'save it again with a newer program',
    );
  return at + row.length;
}

function toFloats(row: Uint8Array, x: number, data: Float32Array, at: number): void {
  const exponent = row[4 * x + 3];
  const unit = exponent === 0 ? 0 : 2 ** (exponent - 136);
  for (let c = 0; c < 3; c++) data[at + c] = row[4 * x + c] * unit;
}
