import { decodable } from '../decode/badImage.js';
import { type FileFormat, formatOf, SIGNATURE_BYTES } from '../decode/format.js';
import { type OpenImageFile, openImageFile } from '../decode/imageFile.js';
import { npyParts } from './npyParts.js';
import type { OpenRaster, RasterParts } from './rasterParts.js';
import { tiffParts } from './readTiff.js';

type Opened = RasterParts | Promise<RasterParts | undefined>;

const PARTS: Partial<Record<FileFormat, (name: string, file: OpenImageFile) => Opened>> = {
  npy: npyParts,
  tiff: tiffParts,
};

/**
 * Opens a `.npy` or a TIFF of any length: of its numbers, as `readRaster` has them, only the parts are read that are asked for.
 *
 * @returns undefined for other formats, and for the colours and compressions of TIFF that libvips alone reads
 * @throws BadImageError, which names the file; so does reading a part
 */
export async function openRaster(path: string): Promise<OpenRaster | undefined> {
  const file = await openImageFile(path);
  const close = async () => file.close();
  try {
    const format = formatOf(Buffer.from(file.read(0, SIGNATURE_BYTES).buffer));
    const parts = await decodable(path, () => PARTS[format ?? 'jpeg']?.(path, file));
    if (parts !== undefined)
      return { ...parts, read: (place) => decodable(path, () => parts.read(place)), close };
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return undefined;
}
