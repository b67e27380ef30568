import type { ResizeFilter } from '../../options/resizeFilters.js';
import { emptyLike, type PixelData, type Pixels } from './pixels.js';

/**
 * A picture turned clockwise about its middle, of the same size: its corners are filled with its mirror image. Numbers
 * between pixels are found bilinearly, or are those of the nearest pixel.
 */
export function turnPixels<Data extends PixelData>(
  { data, width, height, channels }: Pixels<Data>,
  degrees: number,
  filter: ResizeFilter,
): Pixels<Data> {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const result = emptyLike(data, data.length);
  const at = (x: number, y: number, c: number) =>
    data[(mirrored(y, height) * width + mirrored(x, width)) * channels + c];
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = cosine * (x - middleX) + sine * (y - middleY) + middleX;
      const fromY = -sine * (x - middleX) + cosine * (y - middleY) + middleY;
      const isNearest = filter === 'nearest';
      const [left, top] = isNearest
        ? [Math.round(fromX), Math.round(fromY)]
        : [Math.floor(fromX), Math.floor(fromY)];
      const [right, down] = isNearest ? [0, 0] : [fromX - left, fromY - top];
      for (let c = 0; c < channels; c++) {
        const above = (1 - right) * at(left, top, c) + right * at(left + 1, top, c);
        const below = (1 - right) * at(left, top + 1, c) + right * at(left + 1, top + 1, c);
        result[to++] = (1 - down) * above + down * below;
      }
    }
  }
  return { data: result, width, height, channels };
}

/** The place in a row that goes on beyond its ends as its mirror image. */
function mirrored(place: number, extent: number): number {
  const within = ((place % (2 * extent)) + 2 * extent) % (2 * extent);
  return within < extent ? within : 2 * extent - 1 - within;
}
