import type { FloatImages } from '../batch/floatImages.js';
import type { Geometry } from '../batch/geometry.js';
import { oneHot } from '../batch/oneHot.js';
import { cropPixels, type PixelData, type Pixels } from '../batch/pixels.js';
import { planar } from '../batch/planes.js';
import type { LabelsFormat, ValuesFormat } from '../batch/sideFormat.js';
import { turnPixels } from '../batch/turn.js';
import type { ColourJitter } from './colourJitter.js';

/** Of a resized picture of numbers what networks take: turned, cropped, mirrored, and recoloured where it has colours. */
export function prepareNumbers(
  resized: Pixels<PixelData>,
  format: ValuesFormat | LabelsFormat,
  { output, crop, flip, angle }: Geometry,
  colour: ColourJitter | undefined,
): FloatImages {
  const filter = filterOf(format);
  const turned = angle ? turnPixels(resized, angle, filter) : resized;
  const { left, top } = crop ?? { left: 0, top: 0 };
  const { data } = cropPixels(turned, { left, top, ...output }, flip);
  const { channels } = format;
  const { width, height } = output;
  if (format.kind === 'labels') return oneHot(data as Uint8Array, { channels, width, height });
  const values = data as Float32Array;
  if (colour !== undefined && channels === 3) recolour(values, colour);
  return { data: planar(values, channels), shape: [1, channels, height, width] };
}

/** Of labels none but `nearest`, which makes no class between two others. */
export function filterOf(format: ValuesFormat | LabelsFormat): ValuesFormat['filter'] {
  return format.kind === 'labels' ? 'nearest' : format.filter;
}

/** In place; the matrix is that of 0 ... 255. */
function recolour(data: Float32Array, { matrix, offset }: ColourJitter): void {
  for (let i = 0; i < data.length; i += 3) {
    const rgb = [data[i], data[i + 1], data[i + 2]].map((value) => (value + 1) * 127.5);
    for (let c = 0; c < 3; c++) {
      const level = matrix[c].reduce((sum, share, k) => sum + share * rgb[k], offset);
      data[i + c] = Math.max(-1, Math.min(1, level / 127.5 - 1));
    }
  }
}
