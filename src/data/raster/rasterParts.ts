import { cropPixels, type Region } from '../batch/pixels.js';
import type { Raster } from './raster.js';

/** A raster of which parts are read. */
export interface RasterParts extends Omit<Raster, 'data'> {
  /** The part at `place`, which lies within the image. */
  read(place: Region): Promise<Raster>;
}

/** The same of a file, which stays open until it is closed. */
export interface OpenRaster extends RasterParts {
  close(): Promise<void>;
}

/** A raster in memory, as one of which parts are read. */
export function inMemory(raster: Raster): OpenRaster {
  const { data: _, ...header } = raster;
  return {
    ...header,
    read: async (place) => ({ ...raster, ...cropPixels(raster, place, false) }),
    close: async () => {},
  };
}

/** The whole of it. */
export function wholeOf({ width, height, read }: RasterParts): Promise<Raster> {
  return read({ left: 0, top: 0, width, height });
}
