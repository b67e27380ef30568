import type { GeoTIFFImage } from 'geotiff';
import { bytesOfRow, compressionOf, NO_COMPRESSION } from './tiffBlocks.js';

const [STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_BYTE_COUNTS] = [273, 278, 279];
/** Bytes of a strip from which on it is taken for several, each of about as many. */
const SHORT = 2 ** 20;

/**
 * Takes the one uncompressed strip that a whole page may lie in, as tifffile and our own writer make it, for several of a few
 * rows each: a strip is read as a whole.
 *
 * @param length of the file; a page that would reach beyond stays as it is
 */
export async function shortenStrips(page: GeoTIFFImage, length: number): Promise<void> {
  const [{ fileDirectory: directory }, height, row] = [page, page.getHeight(), bytesOfRow(page)];
  const isOne = !page.isTiled && page.getTileHeight() === height && compressionOf(page) === NO_COMPRESSION;
  if (!isOne || row * height <= SHORT) return;
  const starts: number[] = Array.from((await directory.loadValue('StripOffsets')) ?? []); // one for each plane of channels
  if (starts.some((start) => start + row * height > length)) return;
  const rows = Math.max(1, Math.floor(SHORT / row));
  const firsts = Array.from({ length: Math.ceil(height / rows) }, (_, i) => i * rows);
  const counts = firsts.map((first) => row * Math.min(rows, height - first));
  const { actualizedFields: tags } = directory;
  tags.set(ROWS_PER_STRIP, rows);
  tags.set(
    STRIP_OFFSETS,
    starts.flatMap((start) => firsts.map((first) => start + first * row)),
  );
  tags.set(
    STRIP_BYTE_COUNTS,
    starts.flatMap(() => counts),
  );
}
