import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import {
  LATEST,
  manifestFileName,
  networkOfPart,
  partFileName,
  STATE,
} from '../../src/checkpoints/format/checkpointNames.js';
import { checkpointParts, STATE_JSON_KEY } from '../../src/checkpoints/format/checkpointParts.js';
import type { StoredTensor } from '../../src/checkpoints/format/dtype.js';
import { areFinite } from '../../src/checkpoints/format/finite.js';
import { parseLossless } from '../../src/checkpoints/format/losslessJson.js';
import {
  closeManifest,
  type Manifest,
  type ManifestFile,
  manifestBody,
  readManifestBody,
  splitManifest,
} from '../../src/checkpoints/format/manifestText.js';
import { readSafetensorsBytes, safetensorsBytes } from '../../src/checkpoints/format/safetensorsBytes.js';
import type { TensorFile } from '../../src/checkpoints/format/tensorFile.js';
import { builtInExtensions } from '../../src/training/model/builtInExtensions.js';
import { checkpointOf } from '../../src/training/model/checkpointOf.js';
import { fillModel } from '../../src/training/model/fillModel.js';
import type { ModelCheckpoints } from '../../src/training/model/savedModel.js';
import type { FileStore, ReadableFiles } from './fileStore.js';

// Checkpoints of the form that `pix2pix train` writes: a manifest, and the files that it names with their SHA-256. They lie
// under the names that the manifest says they were written as; it changes last, and with it the checkpoint.

const MANIFEST = manifestFileName(LATEST);

/** The checkpoints of a run in a store. There is one, `latest`. */
export function pageCheckpoints(
  store: FileStore,
  versions: Readonly<Record<string, string>>,
): ModelCheckpoints {
  return {
    load: async (model) => {
      const manifest = await readLatest(store);
      const networks = new Map<string, TensorFile>();
      let state: { tensors: TensorFile; json: unknown } | undefined;
      for (const [part, file] of manifest.files) {
        const tensors = readSafetensorsBytes(await readPart(store, part, file), partFileName(LATEST, part));
        if (part !== STATE) networks.set(networkOfPart(part), tensors);
        else state = { tensors, json: parseLossless(tensors.metadata.get(STATE_JSON_KEY) ?? 'null') };
      }
      const progress = await fillModel(model, { networks, state });
      const { epoch, totalIters } = manifest;
      return { tag: LATEST, epoch, totalIters, progress, fresh: [] };
    },
    begin: async () => [], // a page offers no weights to begin with
    save: async (_, model, opt, place, best) => {
      const elsewhere = { ...opt, device: 'auto' as const }; // a machine that goes on with it may lack the page's GPU
      const context = { opt: elsewhere, extensions: builtInExtensions(), versions };
      const checkpoint = await checkpointOf(model, context, place, best);
      const before = await latestOf(store);
      const saveNumber = (before?.saveNumber ?? 0) + 1;
      const unique = crypto.randomUUID().slice(0, 8); // a copy of another run must not have files of these names
      const parts: WrittenPart[] = [];
      for (const { name, tensors, metadata } of checkpointParts(checkpoint, true)) {
        const read = new Map<string, StoredTensor>();
        for (const [tensor, { dtype, shape, read: come }] of tensors) {
          const stored = { dtype, shape, data: await come() } as StoredTensor;
          if (!areFinite(stored)) throw diverged(tensor);
          read.set(tensor, stored);
        }
        const bytes = safetensorsBytes(read, metadata);
        const writtenAs = `.${partFileName(LATEST, name)}.0-${unique}-${saveNumber}.tmp`;
        parts.push({ name, bytes, file: { bytes: bytes.length, sha256: await sha256(bytes), writtenAs } });
      }
      const { epoch, totalIters, options } = checkpoint;
      const savedAt = new Date().toISOString();
      const files = new Map(parts.map(({ name, file }) => [name, file]));
      const manifest = { savedAt, saveNumber, epoch, totalIters, options, versions, files };
      await replaceLatest(store, parts, await manifestBytes(manifest));
    },
  };
}

/** @throws Pix2PixError when there is none, or it is damaged */
export async function readLatest(store: ReadableFiles): Promise<Manifest> {
  if (!(await hasLatest(store))) {
    throw new Pix2PixError(`there is no checkpoint: no file ${MANIFEST}`, {}, "choose a run's folder");
  }
  const { body, checksum } = splitManifest(new TextDecoder().decode(await store.read(MANIFEST)), MANIFEST);
  return readManifestBody(body, MANIFEST, (await sha256(new TextEncoder().encode(body))) === checksum);
}

/** A checkpoint's files by the names that they have in a run's folder, the manifest last. */
export async function checkpointFiles(
  store: ReadableFiles,
): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[]> {
  const manifest = await readLatest(store);
  const files = [];
  for (const [part, file] of manifest.files) {
    files.push({ name: partFileName(LATEST, part), bytes: await readPart(store, part, file) });
  }
  return [...files, { name: MANIFEST, bytes: await store.read(MANIFEST) }];
}

/**
 * Reads every byte of a checkpoint.
 * @throws Pix2PixError when it is not whole
 */
export async function verifyLatest(store: ReadableFiles): Promise<void> {
  for (const [part, file] of (await readLatest(store)).files) await readPart(store, part, file);
}

/**
 * Copies a checkpoint of the command line, in place of what is there.
 * @param from its folder
 * @throws Pix2PixError when it is not whole, or there is no room: the checkpoint in `to` is the one before then
 */
export async function copyLatest(from: ReadableFiles, to: FileStore): Promise<void> {
  const parts: WrittenPart[] = [];
  for (const [name, file] of (await readLatest(from)).files)
    parts.push({ name, file, bytes: await readPart(from, name, file) });
  await replaceLatest(to, parts, await from.read(MANIFEST));
}

/** A part of a checkpoint with its bytes. */
interface WrittenPart {
  readonly name: string;
  readonly file: ManifestFile;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Puts a checkpoint in place of the one before. Its parts get the names that they were written as, which those of no other
 * have: until the manifest is written, last, the one before is whole.
 * @throws NoRoom and what else a store throws: it is as it was then
 */
async function replaceLatest(
  store: FileStore,
  parts: readonly WrittenPart[],
  manifest: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const before = new Set(await store.names());
  try {
    for (const { file, bytes } of parts) await store.write(file.writtenAs, bytes);
    await store.write(MANIFEST, manifest);
  } catch (error) {
    for (const { file } of parts)
      if (!before.has(file.writtenAs)) await store.remove(file.writtenAs).catch(() => {});
    throw error;
  }
  await removeOthers(store, new Set(parts.map(({ file }) => file.writtenAs)));
}

/** Whether there is a checkpoint, readable or not. */
export async function hasLatest(store: ReadableFiles): Promise<boolean> {
  return (await store.names()).includes(MANIFEST);
}

async function latestOf(store: ReadableFiles): Promise<Manifest | undefined> {
  return (await hasLatest(store)) ? readLatest(store) : undefined;
}

async function readPart(store: ReadableFiles, part: string, file: ManifestFile) {
  const names = await store.names();
  const name = names.includes(file.writtenAs) ? file.writtenAs : partFileName(LATEST, part);
  if (!names.includes(name)) throw damaged(name, 'it is missing');
  const bytes = await store.read(name);
  if (bytes.length !== file.bytes) throw damaged(name, `it has ${bytes.length} bytes of ${file.bytes}`);
  if ((await sha256(bytes)) !== file.sha256) throw damaged(name, 'its SHA-256 is another');
  return bytes;
}

async function manifestBytes(manifest: Manifest): Promise<Uint8Array<ArrayBuffer>> {
  const body = manifestBody(manifest);
  return new TextEncoder().encode(closeManifest(body, await sha256(new TextEncoder().encode(body))));
}

/** Files of earlier checkpoints. */
async function removeOthers(store: FileStore, kept: ReadonlySet<string>): Promise<void> {
  for (const name of await store.names())
    if (/^\.?latest_\w+\.safetensors/.test(name) && !kept.has(name)) await store.remove(name);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function damaged(file: string, reason: string): Pix2PixError {
  return new Pix2PixError('the checkpoint is not whole', { file, reason }, 'choose another copy of it');
}

function diverged(tensor: string): Pix2PixError {
  const fix = 'start again with a lower learning rate; the checkpoint before is still there';
  return new Pix2PixError('the training has diverged: nothing of it was saved', { tensor }, fix);
}
