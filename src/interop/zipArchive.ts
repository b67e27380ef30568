import type { InputFile } from './inputFile.js';
import { printable, Refusal } from './refusal.js';

// The container of PyTorch's files: a zip whose entries are stored as they are, without compression. Offsets of fields
// are PKWARE's APPNOTE.TXT 4.3. Other zips are refused, and with them whatever inflates to more than the file is long.

const END = { signature: 0x06054b50, bytes: 22, longestComment: 0xffff };
const ZIP64_LOCATOR = { signature: 0x07064b50, bytes: 20 };
const ZIP64_END = { signature: 0x06064b50, bytes: 56 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const ZIP64_EXTRA = 1;

const MAX_ENTRIES = 200_000;
const MAX_DIRECTORY_BYTES = 64 << 20;
const ABSENT_16 = 0xffff;
const ABSENT_32 = 0xffffffff;

/** One file of an archive: where its bytes lie. */
export interface ZipEntry {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  /** Undefined where the writer left it out, as PyTorch does on request: it writes 0. */
  readonly checksum: number | undefined;
}

interface Directory {
  readonly offset: number;
  readonly bytes: number;
  readonly entries: number;
}

/**
 * The entries of an archive by name, in its order. Checked: names are plain relative paths, none occurs twice, all lie
 * inside the file, none over another or over the directory.
 *
 * @throws Refusal saying which entry is wrong and how
 */
export function readZipEntries(file: InputFile): Map<string, ZipEntry> {
  const directory = findDirectory(file);
  const bytes = viewOf(file.read(directory.offset, directory.bytes, 'the directory'));
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < directory.entries; i++) {
    const { entry, next } = readCentralEntry(file, bytes, at, directory);
    if (entries.has(entry.name)) throw new Refusal(`entry ${printable(entry.name)} occurs twice`);
    entries.set(entry.name, entry);
    at = next;
  }
  refuseOverlap(entries);
  return entries;
}

function findDirectory(file: InputFile): Directory {
  const length = Math.min(file.bytes, END.bytes + END.longestComment);
  const tail = viewOf(file.read(file.bytes - length, length, 'the end'));
  let at = length - END.bytes;
  while (at >= 0 && tail.getUint32(at, true) !== END.signature) at--;
  if (at < 0) throw new Refusal('the zip archive has no directory: it is cut off');
  const directory = {
    entries: tail.getUint16(at + 10, true),
    bytes: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  const isZip64 =
    directory.entries === ABSENT_16 || directory.bytes === ABSENT_32 || directory.offset === ABSENT_32;
  return requireDirectory(file, isZip64 ? readZip64End(file, file.bytes - length + at) : directory);
}

function readZip64End(file: InputFile, end: number): Directory {
  const locator = viewOf(
    file.read(end - ZIP64_LOCATOR.bytes, ZIP64_LOCATOR.bytes, 'the locator of its zip64 directory'),
  );
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR.signature)
    throw new Refusal('the zip64 directory is missing');
  const record = viewOf(file.read(getSize(locator, 8), ZIP64_END.bytes, 'the end of its zip64 directory'));
  if (record.getUint32(0, true) !== ZIP64_END.signature) throw new Refusal('the zip64 directory is missing');
  return { entries: getSize(record, 32), bytes: getSize(record, 40), offset: getSize(record, 48) };
}

function requireDirectory(file: InputFile, directory: Directory): Directory {
  const { entries, bytes, offset } = directory;
  if (entries > MAX_ENTRIES) throw new Refusal('it has too many entries', { entries, limit: MAX_ENTRIES });
  if (bytes > MAX_DIRECTORY_BYTES)
    throw new Refusal('its directory is too large', { bytes, limit: MAX_DIRECTORY_BYTES });
  file.requireInside(offset, bytes, 'the directory');
  return directory;
}

function readCentralEntry(file: InputFile, view: DataView, at: number, directory: Directory) {
  if (at + CENTRAL.bytes > view.byteLength || view.getUint32(at, true) !== CENTRAL.signature) {
    throw new Refusal('the directory has fewer entries than it says', { entries: directory.entries });
  }
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const extraAt = at + CENTRAL.bytes + nameBytes;
  const next = extraAt + extraBytes + commentBytes;
  if (next > view.byteLength) throw new Refusal('an entry of the directory is longer than the directory');
  const name = readName(view, at + CENTRAL.bytes, nameBytes);
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  if (flags & 1) throw new Refusal(`entry ${printable(name)} is encrypted`);
  const sizes = {
    bytes: view.getUint32(at + 24, true),
    stored: view.getUint32(at + 20, true),
    local: view.getUint32(at + 42, true),
  };
  readZip64Extra(view, extraAt, extraBytes, sizes);
  if (method !== 0 || sizes.stored !== sizes.bytes) {
    throw new Refusal(
      `entry ${printable(name)} is compressed, which PyTorch never does`,
      { stored: `${sizes.stored} bytes`, inflated: `${sizes.bytes} bytes` },
      'write the file anew with torch.save; do not repack it',
    );
  }
  const offset = dataOffset(file, name, sizes.local);
  if (offset + sizes.bytes > directory.offset) {
    throw new Refusal(`entry ${printable(name)} is longer than the space before the directory`, {
      begins: offset,
      bytes: sizes.bytes,
      directory: directory.offset,
    });
  }
  const checksum = view.getUint32(at + 16, true) || undefined;
  const entry: ZipEntry = { name, offset, bytes: sizes.bytes, checksum };
  return { entry, next };
}

/** Replaces the sizes that do not fit 32 bits by those of the zip64 field, which holds just these, in this order. */
function readZip64Extra(
  view: DataView,
  start: number,
  length: number,
  sizes: { bytes: number; stored: number; local: number },
): void {
  const absent = (['bytes', 'stored', 'local'] as const).filter((key) => sizes[key] === ABSENT_32);
  if (absent.length === 0) return;
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_EXTRA) continue;
    if (at + 4 + 8 * absent.length > start + length) break;
    absent.forEach((key, index) => {
      sizes[key] = getSize(view, at + 4 + 8 * index);
    });
    return;
  }
  throw new Refusal('an entry of the directory lacks its zip64 sizes');
}

/** Where an entry's bytes begin: behind its local header, whose extra field is another than the directory's. */
function dataOffset(file: InputFile, name: string, local: number): number {
  const header = viewOf(file.read(local, LOCAL.bytes, `the header of entry ${printable(name)}`));
  if (header.getUint32(0, true) !== LOCAL.signature) {
    throw new Refusal(`entry ${printable(name)} has no header where the directory says`, { offset: local });
  }
  const nameBytes = header.getUint16(26, true);
  const own = viewOf(file.read(local + LOCAL.bytes, nameBytes, `the name of entry ${printable(name)}`));
  const ownName = readName(own, 0, nameBytes);
  if (ownName !== name) {
    throw new Refusal('an entry has two names', { directory: printable(name), header: printable(ownName) });
  }
  return local + LOCAL.bytes + nameBytes + header.getUint16(28, true);
}

/** An entry's name. Nothing here is unpacked to a disk, but a name that would escape shows what the file is for. */
function readName(view: DataView, at: number, length: number): string {
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
  const isPlain = !/^\/|^[A-Za-z]:|\\|\0/.test(name) && !name.split('/').includes('..');
  if (isPlain && name.length > 0) return name;
  throw new Refusal(`entry ${printable(name)} is no plain relative path`);
}

function refuseOverlap(entries: ReadonlyMap<string, ZipEntry>): void {
  let end = 0;
  for (const { name, offset, bytes } of [...entries.values()].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) throw new Refusal(`entry ${printable(name)} lies over another`, { begins: offset });
    end = offset + bytes;
  }
}

function getSize(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
