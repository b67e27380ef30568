import { endianness } from 'node:os';
import type { NumberArray, Raster } from './raster.js';
import { typeName } from './raster.js';

/** A header is as long as makes the numbers begin at a multiple of this. */
const ALIGNMENT = 64;
const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1');

/**
 * A raster in NumPy's own format, version 1.0: [H, W] of one channel, else [H, W, C].
 * Source: numpy.lib.format
 */
export function writeNpy({ data, width, height, channels }: Raster): Buffer {
  const shape = channels === 1 ? [height, width] : [height, width, channels];
  const text = `{'descr': '${descriptor(data)}', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const length = Math.ceil((MAGIC.length + 3 + text.length) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(length, ' ');
  MAGIC.copy(header);
  header.writeUInt16LE(length - MAGIC.length - 2, MAGIC.length);
  header.write(text, MAGIC.length + 2, 'latin1');
  header[length - 1] = 0x0a;
  return Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** `<f4`: the machine's byte order, kind, and bytes. */
function descriptor(data: NumberArray): string {
  const order = data.BYTES_PER_ELEMENT === 1 ? '|' : endianness() === 'LE' ? '<' : '>';
  return `${order}${typeName(data)[0]}${data.BYTES_PER_ELEMENT}`;
}
