import { BadImageError } from '../decode/badImage.js';
import type { NumberArray, Raster } from './raster.js';

/** ITU-R BT.601 luma, the weights of PIL's mode L. */
const LUMA = [0.299, 0.587, 0.114];

/**
 * A raster with so many channels: colours of a palette are looked up, opacity is dropped where it is too many, grey is
 * repeated where colours are wanted, and colours become luma where grey is.
 *
 * @param flag the option that asks for them, for the message
 * @throws BadImageError for other numbers of channels
 */
export function fitChannels(raster: Raster, wanted: number, name: string, flag: string): Raster {
  const coloured = raster.palette === undefined ? raster : lookedUp(raster);
  if (coloured.channels === wanted) return coloured;
  const opaque = coloured.hasAlpha ? withoutLast(coloured) : coloured;
  if (opaque.channels === wanted) return opaque;
  if (opaque.channels === 1 && wanted === 3)
    return mapped(opaque, 3, ({ data }, i) => data[Math.floor(i / 3)]);
  if (opaque.channels === 3 && wanted === 1)
    return mapped(opaque, 1, ({ data }, i) => {
      const luma = LUMA.reduce((sum, share, c) => sum + share * data[3 * i + c], 0);
      return data instanceof Float32Array || data instanceof Float64Array ? luma : Math.floor(luma + 0.5);
    });
  throw new BadImageError(
    name,
    `it has ${raster.channels} channels, and ${flag} asks for ${wanted}`,
    `save it with ${wanted}, or train with ${flag} ${raster.channels}`,
  );
}

/** The colours that the numbers of a palette stand for. */
function lookedUp(raster: Raster): Raster {
  const { palette = new Uint8Array(), data, width, height } = raster;
  const colours = Uint8Array.from(
    { length: 3 * data.length },
    (_, i) => palette[3 * data[Math.floor(i / 3)] + (i % 3)],
  );
  return { data: colours, width, height, channels: 3 };
}

function withoutLast(raster: Raster): Raster {
  const { channels } = raster;
  const kept = channels - 1;
  return mapped(raster, kept, ({ data }, i) => data[Math.floor(i / kept) * channels + (i % kept)]);
}

/** A raster of the same size and type, each number of which follows from its place. */
function mapped(raster: Raster, channels: number, numberAt: (raster: Raster, i: number) => number): Raster {
  const length = raster.width * raster.height * channels;
  const NumbersArray = raster.data.constructor as new (length: number) => NumberArray;
  const data = new NumbersArray(length);
  for (let i = 0; i < length; i++) data[i] = numberAt(raster, i);
  return { ...raster, data, channels, hasAlpha: false };
}
