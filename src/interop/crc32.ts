import * as zlib from 'node:zlib';

type Crc32 = (bytes: Uint8Array, initial?: number) => number;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 by a table, for Node before 20.15. @internal exported for its test */
export const crc32ByTable: Crc32 = (bytes, initial = 0) => {
  let crc = ~initial;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
};

/** The checksum of zip archives (ISO 3309, as PKWARE's APPNOTE 4.4.7 has it); `initial` is that of the bytes before. */
export const crc32: Crc32 = (zlib as { crc32?: Crc32 }).crc32 ?? crc32ByTable;
