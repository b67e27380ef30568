import type { FileHandle } from 'node:fs/promises';
import { crc32c } from '../writing/crc32c.js';

/** Bytes read at once: parsed in a few milliseconds, so that other work of the thread is not delayed. */
const CHUNK = 1 << 19;
const HEADER = 12;
const FOOTER = 4;
/** A record beyond this is stepped over, not taken into memory. */
const MAX_RECORD = 1 << 26;
/** More zeros than a writer ever had in flight are damage. */
const MAX_TORN = 1 << 26;

export interface RecordScan {
  readonly handle: FileHandle;
  /** The bytes of the file to go through: from the start of a record to where the file ended just now. */
  readonly from: number;
  readonly to: number;
  /** Bytes `from` to `to` of the buffer are the payload of the record at `offset` of the file. False: it is no event. */
  readonly onRecord: (bytes: Buffer, from: number, to: number, offset: number) => boolean;
  /** Whether to compute checksums; not needed where that has been done. */
  readonly isChecked?: boolean;
  readonly onProblem?: (problem: string) => void;
  /** Told after each piece how far it has come; awaited. */
  readonly onProgress?: (offset: number) => Promise<void> | void;
}

export interface ScanEnd {
  /** The first byte that has not been read: the file's end, or an unfinished record to be read again later. */
  readonly offset: number;
  /** The rest of the file cannot be read: where the next record begins is not known. */
  readonly isDead: boolean;
}

/**
 * Goes through the records (TFRecord) of a part of a file in pieces, so that memory is bounded whatever the file holds.
 * A damaged record is told and stepped over. An unfinished one at the end is no damage: it may still be being written.
 */
export async function scanRecords(scan: RecordScan): Promise<ScanEnd> {
  const { handle, to } = scan;
  let buffer = Buffer.allocUnsafe(Math.max(HEADER, Math.min(CHUNK, to - scan.from)));
  let offset = scan.from;
  while (to - offset >= HEADER + FOOTER) {
    const wanted = Math.min(buffer.length, to - offset);
    const { bytesRead } = await handle.read(buffer, 0, wanted, offset);
    const piece = scanPiece(buffer, bytesRead, offset, scan);
    offset += piece.read;
    await scan.onProgress?.(offset);
    if (piece.stop === 'damagedLength') {
      if (await isZeros(handle, offset, to)) break;
      scan.onProblem?.(
        `the length of the record at byte ${offset} is damaged: the rest of the file cannot be read`,
      );
      return { offset, isDead: true };
    }
    if (piece.stop === 'end' || bytesRead < wanted) break;
    if (piece.needed > to - offset) break; // unfinished, or cut off
    if (piece.needed > MAX_RECORD) {
      scan.onProblem?.(`the record at byte ${offset} has ${piece.needed} bytes: left out`);
      offset += piece.needed;
    } else if (piece.needed > buffer.length) buffer = Buffer.allocUnsafe(piece.needed);
    else if (piece.needed <= CHUNK && buffer.length > CHUNK) buffer = Buffer.allocUnsafe(CHUNK);
  }
  return { offset, isDead: false };
}

interface Piece {
  /** Bytes of whole records. */
  readonly read: number;
  readonly stop: 'more' | 'end' | 'damagedLength';
  /** Length of the next record with its frame, where that could be read. */
  readonly needed: number;
}

function scanPiece(bytes: Buffer, length: number, offset: number, scan: RecordScan): Piece {
  const { isChecked = true, onRecord, onProblem, to } = scan;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let at = 0;
  while (length - at >= HEADER) {
    if (view.getUint32(at + 8, true) !== maskedCrc(bytes, at, at + 8)) {
      return { read: at, stop: 'damagedLength', needed: 0 };
    }
    const payload = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
    const needed = HEADER + payload + FOOTER;
    if (needed > length - at) return { read: at, stop: 'more', needed };
    const [start, end] = [at + HEADER, at + HEADER + payload];
    if (isChecked && view.getUint32(end, true) !== maskedCrc(bytes, start, end)) {
      if (offset + at + needed >= to) return { read: at, stop: 'end', needed }; // being written
      onProblem?.(`the record at byte ${offset + at} is damaged: its checksum does not fit`);
    } else if (!onRecord(bytes, start, end, offset + at)) {
      onProblem?.(`the record at byte ${offset + at} is no event`);
    }
    at += needed;
  }
  return { read: at, stop: 'more', needed: HEADER };
}

/** The payload of the record at a byte of a file; undefined where none is, or it is longer than `limit`. */
export async function recordAt(
  handle: FileHandle,
  offset: number,
  limit: number,
): Promise<Uint8Array | undefined> {
  const header = Buffer.alloc(HEADER);
  await handle.read(header, 0, HEADER, offset);
  const length = Number(header.readBigUInt64LE(0));
  if (header.readUInt32LE(8) !== maskedCrc(header, 0, 8) || length > limit) return undefined;
  const payload = Buffer.alloc(length);
  const { bytesRead } = await handle.read(payload, 0, length, offset + HEADER);
  return bytesRead === length ? payload : undefined;
}

/** TFRecord masks its checksums: see records/writing/tfrecord.ts. */
function maskedCrc(bytes: Uint8Array, from: number, to: number): number {
  const crc = crc32c(bytes, from, to);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Whether nothing follows but the zeros that a file system puts where a crash kept the data from the disk. */
async function isZeros(handle: FileHandle, from: number, to: number): Promise<boolean> {
  if (to - from > MAX_TORN) return false;
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, to - from));
  for (let offset = from; offset < to; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - offset), offset);
    if (bytesRead === 0) return true;
    if (buffer.subarray(0, bytesRead).some((byte) => byte !== 0)) return false;
    offset += bytesRead;
  }
  return true;
}
