import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { FileSystem } from '../base/files/fileSystem.js';
import { fileError, isUnreadable } from '../base/files/systemError.js';
import { currentPath } from './commit.js';
import {
  manifestFileName,
  networkOfPart,
  networkPart,
  partFileName,
  STATE,
} from './format/checkpointNames.js';
import { STATE_JSON_KEY } from './format/checkpointParts.js';
import { parseLossless } from './format/losslessJson.js';
import { type Manifest, type ManifestFile, parseManifest, readManifestText } from './manifest.js';
import { openSafetensors, type SafetensorsFile } from './safetensors.js';

/** Which parts to load. Parts that are not asked for are not touched, and need not exist. */
export interface LoadOptions {
  /** Default: all that the checkpoint has. */
  readonly networks?: readonly string[];
  /** Networks that are loaded besides where the checkpoint has them. */
  readonly optional?: readonly string[];
  /** Whether the training state is needed. Default: true. */
  readonly state?: boolean | 'if present';
  /** False: sizes and headers are compared, and the caller sees to the rest. Default: true. */
  readonly verify?: boolean;
}

/** A checkpoint whose wanted files are open and verified. Read from them, then `close`. */
export interface LoadedCheckpoint {
  /** Which checkpoint it is: another than asked for, where that was damaged. */
  readonly tag: string;
  readonly manifest: Manifest;
  readonly networks: ReadonlyMap<string, SafetensorsFile>;
  readonly state: LoadedState | undefined;
  close(): void;
}

/** The training state: tensors (moments), and what was given as `json`. */
export interface LoadedState {
  readonly tensors: SafetensorsFile;
  readonly json: unknown;
}

/** How often a checkpoint that is being replaced while it is read is read anew. */
const MAX_ATTEMPTS = 5;

/**
 * Opens a checkpoint and verifies every byte of the wanted parts against the manifest.
 * @param hash false compares sizes and headers only, for files that this process wrote or verified before
 * @throws Pix2PixError saying which file is missing, cut off or changed
 */
export function openCheckpoint(
  directory: string,
  tag: string,
  options: LoadOptions,
  fs: FileSystem,
  hash = true,
): LoadedCheckpoint {
  let text = readManifestText(directory, tag, fs);
  for (let attempt = 1; ; attempt++) {
    try {
      return openParts(directory, tag, parseManifest(text, manifestFileName(tag)), options, fs, hash);
    } catch (error) {
      // A training process may have put a newer one in place meanwhile. Its manifest came before its files: read it.
      const newer = readManifestText(directory, tag, fs);
      if (newer === text || attempt === MAX_ATTEMPTS) throw error;
      text = newer;
    }
  }
}

function openParts(
  directory: string,
  tag: string,
  manifest: Manifest,
  options: LoadOptions,
  fs: FileSystem,
  hash: boolean,
): LoadedCheckpoint {
  const opened = new Map<string, SafetensorsFile>();
  const close = () => {
    for (const file of opened.values()) file.close();
  };
  try {
    for (const part of wantedParts(tag, manifest, options)) {
      opened.set(part, openVerified(directory, tag, part, manifest.files.get(part)!, fs, hash));
    }
    const networks = [...opened].filter(([part]) => part !== STATE);
    return {
      tag,
      manifest,
      networks: new Map(networks.map(([part, file]) => [networkOfPart(part), file])),
      state: loadedState(opened.get(STATE)),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function wantedParts(tag: string, manifest: Manifest, options: LoadOptions): string[] {
  const networks =
    options.networks?.map(networkPart) ?? [...manifest.files.keys()].filter((p) => p !== STATE);
  const { state = true } = options;
  const isStateWanted = state === true || (state === 'if present' && manifest.files.has(STATE));
  const optional = (options.optional ?? []).map(networkPart).filter((part) => manifest.files.has(part));
  const wanted = [...networks, ...optional, ...(isStateWanted ? [STATE] : [])];
  for (const part of wanted) {
    if (manifest.files.has(part)) continue;
    const what = part === STATE ? 'training state to continue from' : `network ${part}`;
    const facts = { holds: [...manifest.files.keys()].join(', ') };
    throw new Pix2PixError(
      `checkpoint ${tag} has no ${what}`,
      facts,
      'choose another checkpoint with --epoch',
    );
  }
  return wanted;
}

function openVerified(
  directory: string,
  tag: string,
  part: string,
  expected: ManifestFile,
  fs: FileSystem,
  hash: boolean,
): SafetensorsFile {
  const name = partFileName(tag, part);
  const file = openCurrent(directory, tag, part, expected, fs);
  try {
    if (hash && file.sha256() !== expected.sha256) {
      throw damaged(`${name} was changed after it was written (its SHA-256 differs)`);
    }
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function openCurrent(
  directory: string,
  tag: string,
  part: string,
  file: ManifestFile,
  fs: FileSystem,
): SafetensorsFile {
  const path = currentPath(directory, tag, part, file, fs);
  try {
    const { size } = fs.statSync(path); // first, because a cut-off file would be reported by what its header says
    if (size !== file.bytes) throw wrongSize(tag, size, file.bytes);
    return openSafetensors(path, fs);
  } catch (error) {
    // It may have got its final name between the look and the opening.
    const now = currentPath(directory, tag, part, file, fs);
    if (now !== path) return openSafetensors(now, fs);
    const reason = fileError(error, 'cannot open', path);
    if (!(reason instanceof Pix2PixError) || isUnreadable(reason)) throw reason;
    throw damaged(`${partFileName(tag, part)}: ${reason.summary}`, reason);
  }
}

function wrongSize(tag: string, size: number, expected: number): Pix2PixError {
  return damaged(`it has ${size} bytes, ${manifestFileName(tag)} says ${expected}`);
}

function loadedState(tensors: SafetensorsFile | undefined): LoadedState | undefined {
  if (tensors === undefined) return undefined;
  try {
    return { tensors, json: parseLossless(tensors.metadata.get(STATE_JSON_KEY) ?? '') };
  } catch (error) {
    throw damaged('the training state has no valid JSON part', error);
  }
}

function damaged(problem: string, cause?: unknown): Pix2PixError {
  return new Pix2PixError(problem, {}, 'use another checkpoint', { cause });
}
