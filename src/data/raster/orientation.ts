import type { Sides } from '../../base/sides.js';
import type { Region } from '../batch/pixels.js';
import type { NumberArray, Raster } from './raster.js';

/** Where the first row and the first column of a file lie in the picture: TIFF's tag Orientation, 1 ... 8. */
interface Placement {
  /** Whether rows of the file are columns. */
  readonly isTurned: boolean;
  /** Whether rows, or columns, of the picture come in the opposite order. */
  readonly fromBottom: boolean;
  readonly fromRight: boolean;
}

function placementOf(orientation: number): Placement {
  return {
    isTurned: orientation > 4,
    fromBottom: [3, 4, 7, 8].includes(orientation),
    fromRight: [2, 3, 6, 7].includes(orientation),
  };
}

/** A file's header with the size as the picture stands. */
export function orientedHeader<Header extends Sides>(header: Header, orientation: number): Header {
  const { width, height } = header;
  return placementOf(orientation).isTurned ? { ...header, width: height, height: width } : header;
}

/**
 * Where a part of a picture lies in its file.
 * @param picture its size as it stands
 */
export function placeInFile(place: Region, picture: Sides, orientation: number): Region {
  const { isTurned, fromBottom, fromRight } = placementOf(orientation);
  const { width, height } = place;
  const left = fromRight ? picture.width - place.left - width : place.left;
  const top = fromBottom ? picture.height - place.top - height : place.top;
  return isTurned ? { left: top, top: left, width: height, height: width } : { left, top, width, height };
}

/**
 * A raster as its picture stands, of rows as they are in the file.
 * Source: TIFF revision 6.0 (Adobe 1992), page 36
 */
export function oriented(raster: Raster, orientation: number): Raster {
  if (!(orientation > 1 && orientation <= 8)) return raster;
  const { isTurned, fromBottom, fromRight } = placementOf(orientation);
  const { data, channels, width: rowLength } = raster;
  const { width, height } = orientedHeader(raster, orientation);
  const result = new (data.constructor as new (length: number) => NumberArray)(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    const row = fromBottom ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const column = fromRight ? width - 1 - x : x;
      const from = (isTurned ? column * rowLength + row : row * rowLength + column) * channels;
      for (let c = 0; c < channels; c++) result[at++] = data[from + c];
    }
  }
  return { ...raster, data: result, width, height };
}
