import { crc32c } from './crc32c.js';

/**
 * TFRecord, the framing of event files. Each record is
 *
 *   u64 length | u32 masked CRC-32C of the length | payload | u32 masked CRC-32C of the payload
 *
 * little-endian. The mask keeps the checksum of bytes that hold checksums from being degenerate.
 */
const HEADER = 12;
const FOOTER = 4;

/** Frames one payload. */
export function encodeRecord(payload: Uint8Array): Uint8Array {
  const record = Buffer.alloc(HEADER + payload.length + FOOTER);
  record.writeBigUInt64LE(BigInt(payload.length), 0);
  record.writeUInt32LE(maskedCrc(record.subarray(0, 8)), 8);
  record.set(payload, HEADER);
  record.writeUInt32LE(maskedCrc(payload), HEADER + payload.length);
  return record;
}

/** The result of reading one place of a file of records. */
export type RecordAt =
  | { readonly kind: 'record'; readonly payload: Uint8Array; readonly next: number }
  /** The bytes end before the record does: a writer was cut off, or has not finished yet. */
  | { readonly kind: 'incomplete'; readonly needed: number }
  /** A checksum does not fit. `next` is where the following record would begin, if the length can be believed. */
  | { readonly kind: 'corrupt'; readonly part: 'length' | 'payload'; readonly next?: number };

/** Reads the record that begins at byte `offset`. */
export function decodeRecord(bytes: Uint8Array, offset: number): RecordAt {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + HEADER > view.length) return { kind: 'incomplete', needed: offset + HEADER };
  if (view.readUInt32LE(offset + 8) !== maskedCrc(view.subarray(offset, offset + 8))) {
    return { kind: 'corrupt', part: 'length' };
  }
  const length = Number(view.readBigUInt64LE(offset));
  const end = offset + HEADER + length;
  const next = end + FOOTER;
  if (next > view.length) return { kind: 'incomplete', needed: next };
  const payload = view.subarray(offset + HEADER, end);
  if (view.readUInt32LE(end) !== maskedCrc(payload)) return { kind: 'corrupt', part: 'payload', next };
  return { kind: 'record', payload, next };
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
