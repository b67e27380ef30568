import { basename } from 'node:path';
import { DurableFile, type WrittenFile, writeDurable } from '../base/files/durableFile.js';
import type { FileSystem } from '../base/files/fileSystem.js';
import { currentPath, type StagedCheckpoint, type Staging } from './commit.js';
import { requireFinite } from './finite.js';
import { LATEST, networkOfPart, PREVIOUS, partFileName, STATE } from './format/checkpointNames.js';
import {
  type Checkpoint,
  type CheckpointFacts,
  checkpointParts,
  type Part,
} from './format/checkpointParts.js';
import type { NamedSources, NamedTensors, StoredTensor, TensorSource } from './format/dtype.js';
import { buildHeader } from './format/safetensorsHeader.js';
import type { Manifest, ManifestFile } from './manifest.js';
import { streamFromSources, streamSafetensors } from './safetensors.js';

export type { Checkpoint } from './format/checkpointParts.js';

/** The tags of one save, and which of them keep the training state. */
export interface SaveTargets {
  readonly tags: readonly string[];
  readonly withState: readonly string[];
}

/** Where in the order of a folder's saves one is. */
interface SaveOrder {
  readonly saveNumber: number;
}

/** The files of a checkpoint by their parts, under temporary names. */
export type WrittenParts = ReadonlyMap<string, { readonly path: string; readonly file: WrittenFile }>;

/** Bytes that saving takes on the disk; further tags are links. */
export function bytesToWrite(
  checkpoint: Checkpoint<NamedTensors | NamedSources>,
  targets: SaveTargets,
): number {
  let bytes = 0;
  for (const { tensors, metadata } of partsOf(checkpoint, targets))
    bytes += buildHeader<StoredTensor | TensorSource>(tensors, metadata).fileBytes;
  return bytes;
}

/** Writes the checkpoint's files once. */
export function writeParts(
  checkpoint: Checkpoint,
  targets: SaveTargets,
  staging: Staging,
  fs: FileSystem,
): WrittenParts {
  const written = partsOf(checkpoint, targets).map(({ name, tensors, metadata }) => {
    const path = staging.temporary(partFileName(tagsOf(name, targets)[0], name));
    for (const [tensor, stored] of tensors) requireFinite(toldName(name, tensor), stored);
    const file = writeDurable(path, (file) => streamSafetensors(file, tensors, metadata), fs);
    return [name, { path, file }] as const;
  });
  return new Map(written);
}

/** As `writeParts`, each tensor when it has come. */
export async function writePartsFromSources(
  checkpoint: Checkpoint<NamedSources>,
  targets: SaveTargets,
  staging: Staging,
  fs: FileSystem,
): Promise<WrittenParts> {
  const written = new Map<string, { path: string; file: WrittenFile }>();
  for (const { name, tensors, metadata } of partsOf(checkpoint, targets)) {
    const path = staging.temporary(partFileName(tagsOf(name, targets)[0], name));
    const file = new DurableFile(path, fs);
    try {
      await streamFromSources(file, finite(name, tensors), metadata);
      written.set(name, { path, file: file.finish() });
    } catch (error) {
      file.abandon();
      throw error;
    }
  }
  return written;
}

/** The same tensors, each of which is looked at when it comes. */
function finite(part: string, tensors: NamedSources): NamedSources {
  const looked = [...tensors].map(([name, source]): [string, TensorSource] => {
    const read = async () => {
      const data = await source.read();
      requireFinite(toldName(part, name), { dtype: source.dtype, data } as StoredTensor);
      return data;
    };
    return [name, { ...source, read }];
  });
  return new Map(looked);
}

/** A tensor of the training state has its network in its name. */
function toldName(part: string, tensor: string): string {
  return part === STATE ? tensor : `${networkOfPart(part)} ${tensor}`;
}

/** Links the files for further tags, and adds a manifest for each tag. */
export function stageCheckpoint(
  { saveNumber, epoch, totalIters, options, versions = {}, session }: CheckpointFacts & SaveOrder,
  targets: SaveTargets,
  written: WrittenParts,
  staging: Staging,
): StagedCheckpoint[] {
  const savedAt = new Date().toISOString();
  const files = new Map(targets.tags.map((tag) => [tag, new Map<string, ManifestFile>()]));
  for (const [name, { path, file }] of written) {
    const [first, ...others] = tagsOf(name, targets);
    files.get(first)!.set(name, { ...file, writtenAs: basename(path) });
    for (const tag of others) {
      const link = staging.link(path, partFileName(tag, name));
      files.get(tag)!.set(name, { ...file, writtenAs: basename(link) });
    }
  }
  const manifest = (tag: string): Manifest => {
    const known = { savedAt, saveNumber, epoch, totalIters, options, versions };
    return { ...known, ...(session !== undefined && { session }), files: files.get(tag)! };
  };
  return targets.tags.map((tag) => staging.stage(tag, manifest(tag)));
}

/** Keeps the present `latest`, which must be whole, as `previous`: by links, without writing its bytes again. */
export function stagePrevious(
  directory: string,
  latest: Manifest,
  staging: Staging,
  fs: FileSystem,
): StagedCheckpoint {
  const files = new Map<string, ManifestFile>();
  for (const [part, file] of latest.files) {
    const source = currentPath(directory, LATEST, part, file, fs);
    const link = staging.link(source, partFileName(PREVIOUS, part));
    files.set(part, { ...file, writtenAs: basename(link) });
  }
  return staging.stage(PREVIOUS, { ...latest, files });
}

/** The tags under which a file is kept; the first is the one that it is written for. */
function tagsOf(part: string, { tags, withState }: SaveTargets): string[] {
  return tags.filter((tag) => part !== STATE || withState.includes(tag));
}

function partsOf<Tensors>(
  checkpoint: Checkpoint<Tensors>,
  { tags, withState }: SaveTargets,
): Part<Tensors>[] {
  return checkpointParts(
    checkpoint,
    tags.some((tag) => withState.includes(tag)),
  );
}
