import type { InputFile } from './inputFile.js';
import type { OpenedFile } from './openedFile.js';
import { unpickle } from './pickleMachine.js';
import { Dict, describeValue, type PickleValue } from './pickleValues.js';
import { Refusal } from './refusal.js';
import { type StorageRef, torchWorld } from './torchObjects.js';
import { MAX_PICKLE_BYTES } from './zipFile.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;
/** A storage's number of elements, before its bytes. */
const COUNT_BYTES = 8;

/** PROTO 2, LONG1 of 10 bytes, and the magic number, least byte first. */
const BEGINNING = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** Whether a file begins as those of PyTorch from 0.1.10 to 1.5. */
export function isLegacyFile(probe: Uint8Array): boolean {
  return BEGINNING.every((byte, index) => probe[index] === byte);
}

/**
 * The format before PyTorch 1.6 (torch/serialization.py, `_legacy_save`): pickles of the magic number, the protocol, the
 * system, the object and the keys of its storages; then each storage in the order of the keys.
 */
export function openLegacyFile(file: InputFile): OpenedFile {
  const head = file.read(0, Math.min(file.bytes, MAX_PICKLE_BYTES), 'the pickle');
  const storages = new Map<string, StorageRef>();
  let at = 0;
  const next = (): PickleValue => {
    const { value, bytes } = unpickle(head.subarray(at), torchWorld(storages));
    at += bytes;
    return value;
  };
  if (next() !== MAGIC) throw new Refusal('its magic number is another');
  const protocol = next();
  if (protocol !== PROTOCOL_VERSION)
    throw new Refusal(`its protocol is ${describeValue(protocol)}, not 1001`);
  requireLittleEndian(next());
  const value = next();
  const places = placeStorages(file, next(), storages, at);
  const readStorage = (storage: StorageRef): Uint8Array => {
    const what = `storage ${storage.key}`;
    const offset = places.get(storage.key);
    if (offset === undefined) throw new Refusal(`${what} is missing`);
    return file.read(offset, storage.bytes, what);
  };
  return { value, readStorage };
}

function requireLittleEndian(system: PickleValue): void {
  if (!(system instanceof Dict)) throw new Refusal(`it describes its system by ${describeValue(system)}`);
  if (system.entries.get('little_endian') !== true) throw new Refusal('its numbers are big-endian');
}

/**
 * Where the bytes of each storage begin. Their counts are compared with the pickle's, and their ends with the file's.
 */
function placeStorages(
  file: InputFile,
  keys: PickleValue,
  storages: ReadonlyMap<string, StorageRef>,
  start: number,
): Map<string, number> {
  if (!Array.isArray(keys)) throw new Refusal(`the keys of its storages are ${describeValue(keys)}`);
  const places = new Map<string, number>();
  let at = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined) throw new Refusal(`no tensor uses storage ${describeValue(key)}`);
    if (places.has(storage.key)) throw new Refusal(`storage ${storage.key} occurs twice`);
    const bytes = file.read(at, COUNT_BYTES, `the size of storage ${storage.key}`);
    const count = Number(new DataView(bytes.buffer).getBigInt64(0, true));
    if (count !== storage.elements) {
      throw new Refusal(`storage ${storage.key} has another size than the pickle says`, {
        pickle: `${storage.elements} elements`,
        'with its bytes': `${count} elements`,
      });
    }
    places.set(storage.key, at + COUNT_BYTES);
    at += COUNT_BYTES + storage.bytes;
    file.requireInside(at, 0, `storage ${storage.key}`);
  }
  return places;
}
