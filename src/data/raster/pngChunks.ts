import { inflateSync } from 'node:zlib';

/** Those that the pixels follow from. Others may be compressed texts and profiles of any size. */
const OF_PIXELS = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
const SIGNATURE_BYTES = 8;

/**
 * A PNG of the chunks alone that its pixels follow from, once it is known that they do not inflate to more than its
 * header says: decoders would follow them into any amount of memory.
 *
 * @throws Error where they do, and of zlib for damaged ones
 */
export function pixelChunks(file: Buffer): Buffer {
  const chunks: Buffer[] = [file.subarray(0, SIGNATURE_BYTES)];
  const compressed: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at + 12 <= file.length; ) {
    const end = at + 12 + file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (end > file.length) throw new Error('it is truncated');
    if (OF_PIXELS.includes(type)) chunks.push(file.subarray(at, end));
    if (type === 'IDAT') compressed.push(file.subarray(at + 8, end - 4));
    at = end;
  }
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const bits = file[24] * 4;
  // interlaced rows are more and shorter, each with a byte in front and some bits at its end
  inflateSync(Buffer.concat(compressed), {
    maxOutputLength: 2 * height * (1 + Math.ceil((width * bits) / 8)) + 64,
  });
  return Buffer.concat(chunks);
}
