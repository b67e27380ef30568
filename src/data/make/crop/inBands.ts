import type { Region } from '../../batch/pixels.js';
import type { Raster } from '../../raster/raster.js';
import { inMemory, type RasterParts } from '../../raster/rasterParts.js';

/** Numbers that are read of an image at a time: 64 MB of floats. */
const MOST_NUMBERS = 2 ** 24;

/**
 * Reads the tiles of an image, row after row: with each the next ones of its row, as many as may be in memory, since a strip of a
 * TIFF reaches across the whole image, and would be unpacked for every tile anew.
 *
 * @param right where the last tile of a row ends; default: at the end of the image
 */
export function inBands(image: RasterParts, right = image.width): (tile: Region) => Promise<Raster> {
  let band: (Region & { readonly part: RasterParts }) | undefined;
  return async (tile) => {
    const isIn =
      band !== undefined &&
      band.top === tile.top &&
      band.height === tile.height &&
      band.left <= tile.left &&
      tile.left + tile.width <= band.left + band.width;
    if (!isIn) {
      band = undefined; // before the next one needs memory
      const most = Math.floor(MOST_NUMBERS / (tile.height * image.channels));
      const place = { ...tile, width: Math.max(tile.width, Math.min(most, right - tile.left)) };
      band = { ...place, part: inMemory(await image.read(place)) };
    }
    return band!.part.read({ ...tile, top: 0, left: tile.left - band!.left });
  };
}
