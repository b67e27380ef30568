import type { GeoTIFF, GeoTIFFImage } from 'geotiff';
import type { OpenImageFile } from '../decode/imageFile.js';

type Source = Parameters<typeof GeoTIFF.fromSource>[0];

const MOST_PAGES = 1024;
/** PhotometricInterpretation: CMYK and YCbCr, which libvips makes red, green and blue of. */
const OTHER_COLOURS = [5, 6];
/** Compression. */
const IS_JPEG = 7;

/** The pages of a TIFF in memory: those that are of the size of the first, which leaves out overviews and masks. */
export async function pagesOf(file: Buffer): Promise<GeoTIFFImage[]> {
  const isWhole = file.byteLength === file.buffer.byteLength;
  const bytes = isWhole ? file.buffer : file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
  // Not before there is a TIFF: what it imports cannot be loaded in a thread that was started without `workerData`.
  const { fromArrayBuffer } = await import('geotiff');
  return ofOneSize(await fromArrayBuffer(bytes as ArrayBuffer));
}

/** The same of a file, of which as much is read as is asked for. */
export async function pagesOfFile(file: OpenImageFile): Promise<GeoTIFFImage[]> {
  const { GeoTIFF } = await import('geotiff');
  const fetch: Source['fetch'] = async (parts) =>
    parts.map(({ offset, length }) => file.read(offset, length).buffer);
  return ofOneSize(await GeoTIFF.fromSource({ fetch } as Source)); // of which it calls this alone
}

async function ofOneSize(tiff: GeoTIFF): Promise<GeoTIFFImage[]> {
  const pages = [await tiff.getImage(0)];
  // not by their count, which a file whose last page leads to its first does not have
  for (let i = 1; i < MOST_PAGES; i++) {
    const page = await tiff.getImage(i).catch(noSuchPage);
    if (page === undefined) break;
    if (page.getWidth() === pages[0].getWidth() && page.getHeight() === pages[0].getHeight())
      pages.push(page);
  }
  return pages;
}

function noSuchPage(error: unknown): undefined {
  if (!/^No image at index/.test((error as Error).message)) throw error;
}

/** Whether it has colours that libvips makes red, green and blue of, and no numbers. */
export function isColoursOfLibvips(page: GeoTIFFImage): boolean {
  return OTHER_COLOURS.includes(coloursOf(page)) || page.fileDirectory.getValue('Compression') === IS_JPEG;
}

/** PhotometricInterpretation. */
export const coloursOf = ({ fileDirectory }: GeoTIFFImage): number =>
  fileDirectory.getValue('PhotometricInterpretation') ?? 1;

/** Its types do not say so, but what lies in an entry itself is there at once. */
export const orientationOf = ({ fileDirectory }: GeoTIFFImage): number =>
  fileDirectory.getValue('Orientation' as never) ?? 1;
