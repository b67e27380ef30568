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
import type { FileStore } from './fileStore.js';

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
      const context = { opt, extensions: builtInExtensions(), versions };
      const checkpoint = await checkpointOf(model, context, place, best);
      const before = await latestOf(store);
      const saveNumber = (before?.saveNumber ?? 0) + 1;
      const unique = crypto.randomUUID().slice(0, 8); // a copy of another run must not have files of these names
      const files = new Map<string, ManifestFile>();
      for (const { name, tensors, metadata } of checkpointParts(checkpoint, true)) {
        const read = new Map<string, StoredTensor>();
        for (const [tensor, { dtype, shape, read: come }] of tensors) {
          const stored = { dtype, shape, data: await come() } as StoredTensor;
          if (!areFinite(stored)) throw diverged(tensor);
          read.set(tensor, stored);
        }
        const bytes = safetensorsBytes(read, metadata);
        const writtenAs = `.${partFileName(LATEST, name)}.0-${unique}-${saveNumber}.tmp`;
        await store.write(writtenAs, bytes);
        files.set(name, { bytes: bytes.length, sha256: await sha256(bytes), writtenAs });
      }
      const { epoch, totalIters, options } = checkpoint;
      const savedAt = new Date().toISOString();
      await writeManifest(store, { savedAt, saveNumber, epoch, totalIters, options, versions, files });
      await removeOthers(store, files);
    },
  };
}

/** @throws Pix2PixError when there is none, or it is damaged */
export async function readLatest(store: FileStore): Promise<Manifest> {
  if (!(await hasLatest(store))) {
    throw new Pix2PixError(`there is no checkpoint: no file ${MANIFEST}`, {}, "choose a run's folder");
  }
  const { body, checksum } = splitManifest(new TextDecoder().decode(await store.read(MANIFEST)), MANIFEST);
  return readManifestBody(body, MANIFEST, (await sha256(new TextEncoder().encode(body))) === checksum);
}

/** A checkpoint's files by the names that they have in a run's folder, the manifest last. */
export async function checkpointFiles(
  store: FileStore,
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
export async function verifyLatest(store: FileStore): Promise<void> {
  for (const [part, file] of (await readLatest(store)).files) await readPart(store, part, file);
}

/**
 * Copies a checkpoint of the command line, in place of what is there. Its parts get the names that they were written as,
 * which no other checkpoint's have: until the manifest is written, last, the one before is whole.
 * @param from its folder
 * @throws Pix2PixError when it is not whole, or there is no room: the checkpoint in `to` is the one before then
 */
export async function copyLatest(from: FileStore, to: FileStore): Promise<void> {
  await verifyLatest(from);
  const { files } = await readLatest(from);
  const before = new Set(await to.names());
  try {
    for (const [part, file] of files) await to.write(file.writtenAs, await readPart(from, part, file));
    await to.write(MANIFEST, await from.read(MANIFEST));
  } catch (error) {
    for (const { writtenAs } of files.values()) {
      if (!before.has(writtenAs)) await to.remove(writtenAs).catch(() => {});
    }
    throw error;
  }
  await removeOthers(to, files);
}

/** Whether there is a checkpoint, readable or not. */
export async function hasLatest(store: FileStore): Promise<boolean> {
  return (await store.names()).includes(MANIFEST);
}

async function latestOf(store: FileStore): Promise<Manifest | undefined> {
  return (await hasLatest(store)) ? readLatest(store) : undefined;
}

async function readPart(store: FileStore, part: string, file: ManifestFile) {
  const names = await store.names();
  const name = names.includes(file.writtenAs) ? file.writtenAs : partFileName(LATEST, part);
  if (!names.includes(name)) throw damaged(name, 'it is missing');
  const bytes = await store.read(name);
  if (bytes.length !== file.bytes) throw damaged(name, `it has ${bytes.length} bytes of ${file.bytes}`);
  if ((await sha256(bytes)) !== file.sha256) throw damaged(name, 'its SHA-256 is another');
  return bytes;
}

async function writeManifest(store: FileStore, manifest: Manifest): Promise<void> {
  const body = manifestBody(manifest);
  const text = closeManifest(body, await sha256(new TextEncoder().encode(body)));
  await store.write(MANIFEST, new TextEncoder().encode(text));
}

/** Files of earlier checkpoints. */
async function removeOthers(store: FileStore, files: ReadonlyMap<string, ManifestFile>): Promise<void> {
  const kept = new Set([MANIFEST, ...[...files.values()].map(({ writtenAs }) => writtenAs)]);
  for (const name of await store.names()) {
    if (/^\.?latest_\w+\.safetensors/.test(name) && !kept.has(name)) await store.remove(name);
  }
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
