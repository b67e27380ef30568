import { join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { removeQuietly } from '../base/files/durableFile.js';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import { requireFreeSpace } from '../base/files/freeSpace.js';
import { makeFolder } from '../base/files/makeFolder.js';
import { fileError, isUnreadable, systemCode } from '../base/files/systemError.js';
import { commit, recover, Staging } from './commit.js';
import {
  isNumbered,
  LATEST,
  manifestFileName,
  PREVIOUS,
  partFileName,
  requireTag,
  tagOfManifest,
} from './format/checkpointNames.js';
import type { NamedSources, NamedTensors } from './format/dtype.js';
import { type ListedCheckpoint, newestFirst, nextSaveNumber } from './listedCheckpoint.js';
import { type LoadedCheckpoint, type LoadOptions, openCheckpoint } from './loading.js';
import { type Manifest, parseManifest, readManifestText, serialiseManifest } from './manifest.js';
import { type HeldLock, keepRunLock, LOCK_RETAKEN } from './runLock.js';
import {
  bytesToWrite,
  type Checkpoint,
  type SaveTargets,
  stageCheckpoint,
  stagePrevious,
  type WrittenParts,
  writeParts,
  writePartsFromSources,
} from './saving.js';

/** Settings of a `CheckpointStore`. */
export interface CheckpointStoreOptions {
  /** Told when another checkpoint was used because of damage. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
  /** Kept in what is saved: the session of the run that saves it. */
  readonly session?: string;
  /** Of the run, which may be lost: where another process has taken it meanwhile, nothing is saved. */
  readonly lock?: HeldLock;
  /** For tests: a disk that fails. */
  readonly fs?: FileSystem;
}

/**
 * The checkpoints of one run's folder: `<tag>_net_G.safetensors`, `<tag>_net_D.safetensors`,
 * `<tag>_state.safetensors` and the manifest `<tag>.json` that makes them one (commit.ts says how it stays one).
 * Tags are `latest`, `best`, an epoch (`5`) and an iteration (`iter_5000`); the store itself keeps the last `latest`
 * as `previous`. All calls block. Saving and pruning are for the process that holds the run's lock (runLock.ts).
 *
 * ```
 * const store = new CheckpointStore('checkpoints/facades', { onWarning: console.warn });
 * store.save(['latest', '5'], { epoch: 5, totalIters: 2000, options, networks: { G, D }, state });
 * const loaded = store.load('latest', { networks: ['G'], state: false });
 * loaded.networks.get('G')!.readInto('model.model.0.weight', weight);
 * loaded.close();
 * ```
 */
export class CheckpointStore {
  private readonly onWarning: (message: string) => void;
  private readonly fs: FileSystem;
  private readonly session: string | undefined;
  private readonly lock: HeldLock | undefined;
  /** The manifest of a `latest` that this store wrote or verified: it need not be hashed again. */
  private verifiedLatest: string | undefined;

  constructor(
    readonly directory: string,
    { onWarning, session, lock, fs }: CheckpointStoreOptions = {},
  ) {
    this.onWarning = onWarning ?? ((message) => process.emitWarning(message));
    this.fs = fs ?? nodeFileSystem;
    this.session = session;
    this.lock = lock;
  }

  /**
   * Saves one checkpoint under one or more tags. Each tag changes from its old checkpoint to the new one in a single
   * instant; a crash or an error before leaves the old. A valid `latest` becomes `previous`.
   * @param tags the bytes are written once, further tags are hard links (copies where there are none)
   * @param withState the tags that keep the training state
   * @throws Pix2PixError when the disk is full, the folder cannot be written or its `latest` not be read: nothing is
   * lost then
   */
  save(tags: readonly string[], checkpoint: Checkpoint, withState: readonly string[] = [LATEST]): void {
    const { targets, staging } = this.begin(tags, withState);
    try {
      this.makeRoom(checkpoint, targets);
      this.put(checkpoint, targets, writeParts(checkpoint, targets, staging, this.fs), staging);
    } catch (error) {
      throw this.failed(error, staging);
    }
  }

  /** As `save`, of tensors that lie elsewhere: each is written when it has come, and no more than one is in memory. */
  async saveFrom(
    tags: readonly string[],
    checkpoint: Checkpoint<NamedSources>,
    withState: readonly string[] = [LATEST],
  ): Promise<void> {
    const { targets, staging } = this.begin(tags, withState);
    try {
      this.makeRoom(checkpoint, targets);
      const written = await writePartsFromSources(checkpoint, targets, staging, this.fs);
      this.put(checkpoint, targets, written, staging);
    } catch (error) {
      throw this.failed(error, staging);
    }
  }

  /**
   * Opens a checkpoint and verifies the wanted parts, every byte. Where `latest` is damaged or missing, `previous` is
   * taken, else the newest other one that is whole, and `onWarning` is told what was wrong and what is used instead.
   * Any other tag is that checkpoint or an error.
   * @throws Pix2PixError naming the damage; for `latest`, every candidate and why it cannot serve; and where a file may
   * not be read, or cannot be for now, which is no damage: nothing else is taken then
   */
  load(tag: string = LATEST, options: LoadOptions = {}): LoadedCheckpoint {
    requireTag(tag);
    const problems = new Map<string, string>();
    for (const candidate of tag === LATEST ? this.candidates() : [tag]) {
      try {
        const loaded = openCheckpoint(this.directory, candidate, options, this.fs, options.verify);
        if (options.verify !== false) this.noteVerified(loaded);
        if (candidate !== tag) this.onWarning(fallbackMessage(problems, loaded));
        return loaded;
      } catch (error) {
        if (!(error instanceof Pix2PixError) || isUnreadable(error)) throw error;
        problems.set(`checkpoint ${candidate}`, error.summary);
      }
    }
    throw this.nothingToLoad(tag, problems);
  }

  /** All checkpoints of the folder, newest first, damaged manifests last. Their other files are not looked at. */
  list(): ListedCheckpoint[] {
    const listed = this.tags().map((tag): ListedCheckpoint => {
      try {
        const text = readManifestText(this.directory, tag, this.fs);
        return { tag, manifest: parseManifest(text, manifestFileName(tag)) };
      } catch (error) {
        if (!(error instanceof Pix2PixError)) throw error;
        return { tag, problem: error.summary };
      }
    });
    return listed.sort(newestFirst);
  }

  /**
   * Removes all but the newest `keepLast` numbered checkpoints (epochs and iterations together); never latest,
   * previous or best. One whose manifest is damaged is neither counted nor removed: a person may want to look at it.
   * @returns the tags removed
   */
  prune(keepLast: number): string[] {
    if (!Number.isSafeInteger(keepLast) || keepLast < 0)
      throw new RangeError(`prune: keepLast is ${keepLast}`);
    const numbered = this.list().filter(({ tag, manifest }) => isNumbered(tag) && manifest !== undefined);
    const outdated = numbered.slice(keepLast);
    for (const { tag, manifest } of outdated) {
      for (const [part, { writtenAs }] of manifest!.files) {
        removeQuietly(join(this.directory, writtenAs), this.fs);
        removeQuietly(join(this.directory, partFileName(tag, part)), this.fs);
      }
      // The manifest goes last, so that what a crash leaves half removed is found and removed the next time.
      removeQuietly(join(this.directory, manifestFileName(tag)), this.fs);
    }
    const left = this.tags();
    return outdated.map(({ tag }) => tag).filter((tag) => !left.includes(tag));
  }

  private begin(tags: readonly string[], withState: readonly string[]) {
    requireSavable(tags);
    return { targets: { tags, withState }, staging: new Staging(this.directory, this.fs) };
  }

  private makeRoom(checkpoint: Checkpoint<NamedTensors | NamedSources>, targets: SaveTargets): void {
    const { directory, fs } = this;
    this.requireLock();
    makeFolder(directory, fs);
    recover(directory, fs);
    requireFreeSpace(directory, bytesToWrite(checkpoint, targets), fs);
  }

  /** Makes written files the valid checkpoints of their tags. */
  private put(
    checkpoint: Checkpoint<unknown>,
    targets: SaveTargets,
    written: WrittenParts,
    staging: Staging,
  ): void {
    const { directory, fs, session } = this;
    const staged = stageCheckpoint(
      { session, saveNumber: nextSaveNumber(this.list()), ...checkpoint },
      targets,
      written,
      staging,
    );
    const old = targets.tags.includes(LATEST) ? this.wholeLatest() : undefined;
    if (old !== undefined) staged.unshift(stagePrevious(directory, old, staging, fs));
    this.requireLock();
    const unsettled = commit(directory, staged, staging, fs);
    if (unsettled.length > 0) {
      this.onWarning(
        `saved, but a file could not be replaced; the next save tries again: ${unsettled.join(', ')}`,
      );
    }
    const latest = staged.find(({ tag }) => tag === LATEST);
    if (latest !== undefined) this.verifiedLatest = serialiseManifest(latest.manifest);
  }

  private requireLock(): void {
    if (this.lock !== undefined && keepRunLock(this.lock, this.fs)) this.onWarning(LOCK_RETAKEN);
  }

  private failed(error: unknown, staging: Staging): unknown {
    staging.discard();
    return fileError(error, 'cannot save a checkpoint', this.directory);
  }

  /** The present `latest` if it is whole: a damaged one must not take the place of a good `previous`. */
  private wholeLatest(): Manifest | undefined {
    if (!this.tags().includes(LATEST)) return undefined;
    try {
      const isVerified = readManifestText(this.directory, LATEST, this.fs) === this.verifiedLatest;
      const latest = openCheckpoint(this.directory, LATEST, { state: 'if present' }, this.fs, !isVerified);
      latest.close();
      return latest.manifest;
    } catch (error) {
      if (!(error instanceof Pix2PixError) || isUnreadable(error)) throw error;
      this.onWarning(`checkpoint latest is damaged and is not kept as previous: ${error.summary}`);
      return undefined;
    }
  }

  private noteVerified({ tag, manifest, networks, state }: LoadedCheckpoint): void {
    const isWhole = networks.size + (state === undefined ? 0 : 1) === manifest.files.size;
    if (tag === LATEST && isWhole) this.verifiedLatest = serialiseManifest(manifest);
  }

  /** `latest` and what may stand in for it, in order. */
  private candidates(): string[] {
    const tags = this.list().map(({ tag }) => tag);
    const others = tags.filter((tag) => tag !== LATEST && tag !== PREVIOUS);
    return tags.includes(PREVIOUS) ? [LATEST, PREVIOUS, ...others] : [LATEST, ...others];
  }

  private tags(): string[] {
    try {
      const names = this.fs.readdirSync(this.directory) as string[];
      return names.map(tagOfManifest).filter((tag) => tag !== undefined);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw fileError(error, 'cannot read the folder of checkpoints', this.directory);
    }
  }

  private nothingToLoad(tag: string, problems: ReadonlyMap<string, string>): Pix2PixError {
    const available = this.tags().join(', ') || 'none';
    const fix =
      available === 'none'
        ? 'check --name and --checkpoints_dir, or train first, without --continue_train'
        : 'choose another one with --epoch, restore its files from a copy, or train anew without --continue_train';
    const facts = { folder: this.directory, ...Object.fromEntries(problems), available };
    return new Pix2PixError(`checkpoint ${tag} cannot be loaded`, facts, fix);
  }
}

function requireSavable(tags: readonly string[]): void {
  for (const tag of tags) requireTag(tag);
  if (tags.length === 0 || tags.includes(PREVIOUS) || new Set(tags).size !== tags.length) {
    throw new RangeError(`checkpoint: cannot save under the tags [${tags}]`);
  }
}

function fallbackMessage(problems: ReadonlyMap<string, string>, used: LoadedCheckpoint): string {
  const { epoch, totalIters, savedAt } = used.manifest;
  const lines = [...problems].map(([tag, problem]) => `  ${tag}: ${problem}`);
  const choice = `  using ${used.tag} instead (epoch ${epoch}, iteration ${totalIters}, saved ${savedAt})`;
  return ['a checkpoint cannot be used', ...lines, choice].join('\n');
}
