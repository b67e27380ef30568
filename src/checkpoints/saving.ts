import { basename } from 'node:path';
import { writeDurable } from './atomicFile.js';
import { currentPath, type StagedCheckpoint, type Staging } from './commit.js';
import type { FileSystem } from './fileSystem.js';
import { LATEST, networkPart, PREVIOUS, partFileName, STATE } from './format/checkpointNames.js';
import type { NamedTensors } from './format/dtype.js';
import { stringifyLossless } from './format/losslessJson.js';
import { buildHeader } from './format/safetensorsHeader.js';
import { STATE_JSON_KEY } from './loading.js';
import type { Manifest, ManifestFile } from './manifest.js';
import { streamSafetensors } from './safetensors.js';

/** What is saved. Tensors are written straight from the given memory, which must not change meanwhile. */
export interface Checkpoint {
  readonly epoch: number;
  /** Training images seen, as the reference counts iterations. */
  readonly totalIters: number;
  /** The options it was trained with; a loaded checkpoint gives them back. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of the options, what each network's file says by itself. Default: nothing. */
  readonly networkOptions?: Readonly<Record<string, unknown>>;
  /** Versions of what writes it, by name. */
  readonly versions?: Readonly<Record<string, string>>;
  /** The session of the run that writes it. */
  readonly session?: string;
  /** By network: `G`, `D`. */
  readonly networks: Readonly<Record<string, NamedTensors>>;
  readonly state?: TrainingState;
}

/** What training needs beyond the networks to continue exactly. */
export interface TrainingState {
  /** Moments of the optimisers. */
  readonly tensors: NamedTensors;
  /** Counters, schedule, positions of random streams, place in the epoch. Infinity and NaN come back as they were. */
  readonly json: unknown;
}

/** The tags of one save, and which of them keep the training state. */
export interface SaveTargets {
  readonly tags: readonly string[];
  readonly withState: readonly string[];
}

/** One file of a checkpoint to be. */
interface Part {
  readonly name: string;
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes that saving takes on the disk; further tags are links. */
export function bytesToWrite(checkpoint: Checkpoint, targets: SaveTargets): number {
  let bytes = 0;
  for (const { tensors, metadata } of partsOf(checkpoint, targets))
    bytes += buildHeader(tensors, metadata).fileBytes;
  return bytes;
}

/** Writes the checkpoint's files once, links them for further tags, and adds a manifest for each tag. */
export function stageCheckpoint(
  checkpoint: Checkpoint,
  targets: SaveTargets,
  staging: Staging,
  fs: FileSystem,
): StagedCheckpoint[] {
  const savedAt = new Date().toISOString();
  const { epoch, totalIters, options, versions = {}, session } = checkpoint;
  const files = new Map(targets.tags.map((tag) => [tag, new Map<string, ManifestFile>()]));
  for (const { name, tensors, metadata } of partsOf(checkpoint, targets)) {
    const tags = targets.tags.filter((tag) => name !== STATE || targets.withState.includes(tag));
    const path = staging.temporary(partFileName(tags[0], name));
    const written = writeDurable(path, (file) => streamSafetensors(file, tensors, metadata), fs);
    for (const tag of tags) {
      const own = tag === tags[0] ? path : staging.link(path, partFileName(tag, name));
      files.get(tag)!.set(name, { ...written, writtenAs: basename(own) });
    }
  }
  const manifest = (tag: string): Manifest => {
    const known = { savedAt, epoch, totalIters, options, versions };
    return { ...known, ...(session !== undefined && { session }), files: files.get(tag)! };
  };
  return targets.tags.map((tag) => staging.stage(tag, manifest(tag)));
}

/** Gives the present `latest`, which must be whole, a second life as `previous`: by links, without writing its bytes. */
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

function partsOf(checkpoint: Checkpoint, { tags, withState }: SaveTargets): Part[] {
  const { networks, state } = checkpoint;
  const options = stringifyLossless(checkpoint.networkOptions ?? {});
  const parts: Part[] = Object.entries(networks).map(([network, tensors]) => {
    // A generator given away alone still says what it is.
    return { name: networkPart(network), tensors, metadata: { format: 'pt', network, options } };
  });
  if (state !== undefined && tags.some((tag) => withState.includes(tag))) {
    const metadata = { [STATE_JSON_KEY]: stringifyLossless(state.json) ?? 'null' };
    parts.push({ name: STATE, tensors: state.tensors, metadata });
  }
  return parts;
}
