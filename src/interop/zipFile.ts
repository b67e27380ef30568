import type { InputFile } from './inputFile.js';
import type { OpenedFile } from './openedFile.js';
import { unpickle } from './pickleMachine.js';
import { Refusal } from './refusal.js';
import { type StorageRef, torchWorld } from './torchObjects.js';
import { readZipEntries, type ZipEntry } from './zipArchive.js';

/** A state dict has some 150 bytes of pickle for each tensor. */
export const MAX_PICKLE_BYTES = 16 << 20;

/** Whether a file begins as the zip archives that PyTorch writes since 1.6. */
export function isZipFile(probe: Uint8Array): boolean {
  return probe[0] === 0x50 && probe[1] === 0x4b && probe[2] === 3 && probe[3] === 4;
}

/**
 * The format since PyTorch 1.6 (torch/serialization.py, caffe2/serialize/inline_container.cc): below one folder
 * `data.pkl`, each storage as `data/<key>`, and since 2.1 `byteorder`.
 */
export function openZipFile(file: InputFile): OpenedFile {
  const entries = readZipEntries(file);
  const root = findRoot(entries);
  requireLittleEndian(file, entries.get(`${root}byteorder`));
  if (entries.has(`${root}constants.pkl`)) {
    throw new Refusal('it is a TorchScript program', {}, 'save the state_dict() of the network alone');
  }
  const pickle = entries.get(`${root}data.pkl`) as ZipEntry;
  if (pickle.bytes > MAX_PICKLE_BYTES) {
    throw new Refusal('its pickle is too large', { bytes: pickle.bytes, limit: MAX_PICKLE_BYTES });
  }
  const { value } = unpickle(readEntry(file, pickle), torchWorld(new Map()));
  return {
    value,
    readStorage: (storage) => readStorage(file, entries.get(`${root}data/${storage.key}`), storage),
  };
}

function findRoot(entries: ReadonlyMap<string, ZipEntry>): string {
  const roots = [...entries.keys()].map((name) => /^([^/]+\/)data\.pkl$/.exec(name)?.[1]);
  const [root, another] = roots.filter((name) => name !== undefined);
  if (root === undefined || another !== undefined) {
    throw new Refusal(`the archive has ${root === undefined ? 'no' : 'more than one'} data.pkl`);
  }
  return root;
}

function requireLittleEndian(file: InputFile, entry: ZipEntry | undefined): void {
  if (entry === undefined) return;
  if (entry.bytes > 16) throw new Refusal('byteorder is not little', { bytes: entry.bytes });
  const order = new TextDecoder().decode(readEntry(file, entry));
  if (order !== 'little') throw new Refusal(`its numbers are ${JSON.stringify(order)}-endian, not little`);
}

function readStorage(file: InputFile, entry: ZipEntry | undefined, storage: StorageRef): Uint8Array {
  if (entry === undefined) throw new Refusal(`storage ${storage.key} is missing`);
  if (entry.bytes !== storage.bytes) {
    throw new Refusal(`storage ${storage.key} has another size than the pickle says`, {
      pickle: `${storage.dtype}[${storage.elements}], ${storage.bytes} bytes`,
      archive: `${entry.bytes} bytes`,
    });
  }
  return readEntry(file, entry);
}

function readEntry(file: InputFile, { name, offset, bytes, checksum }: ZipEntry): Uint8Array {
  return file.readChecked(offset, bytes, `entry ${JSON.stringify(name)}`, checksum);
}
