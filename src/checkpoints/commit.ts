import { join } from 'node:path';
import { removeQuietly, writeDurable } from '../base/files/durableFile.js';
import type { FileSystem } from '../base/files/fileSystem.js';
import { parseTemporaryName } from '../base/files/parseTemporaryName.js';
import { isProcessAlive } from '../base/files/processIdentity.js';
import { syncFolder } from '../base/files/syncFolder.js';
import { fileError, isUnreadable, systemCode } from '../base/files/systemError.js';
import { temporaryName } from '../base/files/temporaryName.js';
import { isCheckpointFile, manifestFileName, partFileName, tagOfManifest } from './format/checkpointNames.js';
import {
  type Manifest,
  type ManifestFile,
  parseManifest,
  readManifestText,
  serialiseManifest,
} from './manifest.js';

/*
 * How a checkpoint replaces another without an instant in which neither is whole:
 *
 *   1. all files of the new one are written under temporary names and synced; its manifest names them;
 *   2. the manifest is renamed into place: this single step makes the new checkpoint the valid one;
 *   3. the files are renamed to their final names.
 *
 * Before 2 the old manifest and its files are untouched. From 2 on a reader takes a file from its temporary name while
 * that exists (`currentPath`), and `recover` completes 3 after a crash. The folder is synced between the steps, because
 * a power cut may otherwise keep a later rename and lose an earlier one.
 */

/** A checkpoint that is written, but not yet the valid one of its tag. */
export interface StagedCheckpoint {
  readonly tag: string;
  readonly manifest: Manifest;
  /** Path of the manifest's temporary file. */
  readonly manifestPath: string;
}

/** The temporary files of one save, to be removed if it fails before they become part of a checkpoint. */
export class Staging {
  private readonly paths = new Set<string>();

  constructor(
    private readonly directory: string,
    private readonly fs: FileSystem,
  ) {}

  /** A new temporary path for a file that is to be called `fileName`. */
  temporary(fileName: string): string {
    const path = join(this.directory, temporaryName(fileName));
    this.paths.add(path);
    return path;
  }

  /** Gives a file a second name. Where the file system has no hard links, copies it. */
  link(source: string, fileName: string): string {
    const path = this.temporary(fileName);
    try {
      this.fs.linkSync(source, path);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      copyDurable(source, path, this.fs);
    }
    return path;
  }

  stage(tag: string, manifest: Manifest): StagedCheckpoint {
    const manifestPath = this.temporary(manifestFileName(tag));
    writeDurable(manifestPath, (file) => file.write(Buffer.from(serialiseManifest(manifest))), this.fs);
    return { tag, manifest, manifestPath };
  }

  /** The staged files now belong to a valid checkpoint: `discard` must leave them. */
  keep({ manifest, manifestPath }: StagedCheckpoint): void {
    this.paths.delete(manifestPath);
    for (const { writtenAs } of manifest.files.values()) this.paths.delete(join(this.directory, writtenAs));
  }

  discard(): void {
    for (const path of this.paths) removeQuietly(path, this.fs);
  }
}

function copyDurable(source: string, path: string, fs: FileSystem): void {
  try {
    fs.copyFileSync(source, path);
    const descriptor = fs.openSync(path, 'r+');
    fs.fsyncSync(descriptor);
    fs.closeSync(descriptor);
  } catch (error) {
    throw fileError(error, 'cannot copy to', path);
  }
}

/**
 * Makes staged checkpoints the valid ones of their tags, in order.
 * @returns the final names that could not be taken yet, with the reason
 */
export function commit(
  directory: string,
  checkpoints: readonly StagedCheckpoint[],
  staging: Staging,
  fs: FileSystem,
): string[] {
  syncFolder(directory, fs);
  for (const staged of checkpoints) {
    const path = join(directory, manifestFileName(staged.tag));
    try {
      fs.renameSync(staged.manifestPath, path);
    } catch (error) {
      throw fileError(error, 'cannot put the new file in place', path);
    }
    staging.keep(staged);
  }
  syncFolder(directory, fs);
  const unsettled = checkpoints.flatMap(({ tag, manifest }) => settle(directory, tag, manifest, fs));
  syncFolder(directory, fs);
  return unsettled;
}

/** Where the bytes of a file are now: under its temporary name as long as that exists. */
export function currentPath(
  directory: string,
  tag: string,
  part: string,
  file: ManifestFile,
  fs: FileSystem,
): string {
  const temporary = join(directory, file.writtenAs);
  return fs.existsSync(temporary) ? temporary : join(directory, partFileName(tag, part));
}

/**
 * Renames a valid checkpoint's files to their final names. A name that cannot be taken now (Windows, while a reader
 * has the old file open) is left for the next `recover`: the checkpoint is valid either way.
 */
function settle(directory: string, tag: string, manifest: Manifest, fs: FileSystem): string[] {
  const unsettled: string[] = [];
  for (const [part, { writtenAs }] of manifest.files) {
    const temporary = join(directory, writtenAs);
    const name = partFileName(tag, part);
    if (!fs.existsSync(temporary)) continue;
    try {
      fs.renameSync(temporary, join(directory, name));
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      unsettled.push(`${name} (${code}; its content is in ${writtenAs})`);
      continue;
    }
    // Renaming onto another link of the same file does nothing (POSIX), so the temporary name would stay.
    removeQuietly(temporary, fs);
  }
  return unsettled;
}

/**
 * Completes what a dead process left: puts files of valid checkpoints under their final names and removes temporary
 * files that belong to none. For the process that holds the run's lock; others must not tidy while it writes.
 */
export function recover(directory: string, fs: FileSystem): void {
  const names = fs.readdirSync(directory) as string[];
  const used = new Set<string>();
  for (const tag of names.map(tagOfManifest)) {
    const manifest = tag === undefined ? undefined : readManifest(directory, tag, fs);
    if (manifest === undefined) continue;
    for (const { writtenAs } of manifest.files.values()) used.add(writtenAs);
    settle(directory, tag!, manifest, fs);
  }
  for (const name of names) {
    const temporary = parseTemporaryName(name);
    if (temporary === undefined || used.has(name) || !isCheckpointFile(temporary.target)) continue;
    const isForeign = temporary.pid !== process.pid && isProcessAlive(temporary.pid);
    if (!isForeign) removeQuietly(join(directory, name), fs);
  }
}

function readManifest(directory: string, tag: string, fs: FileSystem): Manifest | undefined {
  try {
    return parseManifest(readManifestText(directory, tag, fs), tag);
  } catch (error) {
    if (isUnreadable(error)) throw error; // it may be whole, and then some temporary files are its own
    return undefined; // damaged: `load` reports it
  }
}
