import { crc32 } from 'node:zlib';

/** A file to be: its path in the archive and its bytes, which must not change meanwhile. */
export interface FileToStore {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** PyTorch aligns the bytes of every file so, to map them into memory. */
const ALIGNMENT = 64;
/** The kind of extra field that PyTorch fills up with: 'FB'. */
const PADDING_FIELD = 0x4246;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
const NAMES_ARE_UTF_8 = 0x800;
/** 1980-01-01, the first day that the format knows: the same content gives the same file. */
const DATE = 0x21;
/** The greatest size without zip64, which no network needs. */
const MAX_BYTES = 0xffffffff;
const MAX_FILES = 0xffff;

interface Placed {
  readonly file: FileToStore;
  readonly name: Buffer;
  readonly local: number;
  readonly padding: number;
}

/** Bytes of the archive that `writeZip` writes. */
export function archiveBytes(files: readonly FileToStore[]): number {
  const { end, placed } = place(files);
  return end + END_BYTES + placed.reduce((sum, { name }) => sum + CENTRAL_BYTES + name.length, 0);
}

/**
 * Writes a zip archive whose files are stored as they are, in this order, each at a multiple of 64 bytes (PKWARE's
 * APPNOTE.TXT 4.3).
 *
 * @throws RangeError for more than 4 GiB or 65,534 files
 */
export function writeZip(files: readonly FileToStore[], write: (bytes: Uint8Array) => void): void {
  if (archiveBytes(files) >= MAX_BYTES || files.length >= MAX_FILES) {
    throw new RangeError(`zip: ${archiveBytes(files)} bytes in ${files.length} files exceed the format`);
  }
  const { end, placed } = place(files);
  const directory: Buffer[] = [];
  for (const entry of placed) {
    const checksum = crc32(entry.file.bytes);
    write(localHeader(entry, checksum));
    write(entry.file.bytes);
    directory.push(centralHeader(entry, checksum));
  }
  const bytes = Buffer.concat(directory);
  write(bytes);
  write(endRecord(files.length, bytes.length, end));
}

function place(files: readonly FileToStore[]): { placed: Placed[]; end: number } {
  let end = 0;
  const placed = files.map((file) => {
    const name = Buffer.from(file.name);
    const local = end;
    const header = local + LOCAL_BYTES + name.length + 4; // 4: head of the field that fills up
    const padding = (ALIGNMENT - (header % ALIGNMENT)) % ALIGNMENT;
    end = header + padding + file.bytes.byteLength;
    return { file, name, local, padding };
  });
  return { placed, end };
}

function localHeader({ file, name, padding }: Placed, checksum: number): Buffer {
  const header = Buffer.alloc(LOCAL_BYTES + name.length + 4 + padding);
  header.writeUInt32LE(0x04034b50, 0);
  writeShared(header, 4, file, checksum);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(4 + padding, 28);
  name.copy(header, LOCAL_BYTES);
  header.writeUInt16LE(PADDING_FIELD, LOCAL_BYTES + name.length);
  header.writeUInt16LE(padding, LOCAL_BYTES + name.length + 2);
  return header;
}

function centralHeader({ file, name, local }: Placed, checksum: number): Buffer {
  const header = Buffer.alloc(CENTRAL_BYTES + name.length);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(VERSION, 4);
  writeShared(header, 6, file, checksum);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(local, 42);
  name.copy(header, CENTRAL_BYTES);
  return header;
}

/** The fields that both headers have, from the needed version to the sizes. The method is 0: stored. */
function writeShared(header: Buffer, at: number, { bytes }: FileToStore, checksum: number): void {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(NAMES_ARE_UTF_8, at + 2);
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(checksum, at + 10);
  header.writeUInt32LE(bytes.byteLength, at + 14);
  header.writeUInt32LE(bytes.byteLength, at + 18);
}

function endRecord(count: number, directoryBytes: number, directoryAt: number): Buffer {
  const record = Buffer.alloc(END_BYTES);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(directoryBytes, 12);
  record.writeUInt32LE(directoryAt, 16);
  return record;
}
