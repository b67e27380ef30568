import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { WrittenFile } from '../base/files/durableFile.js';
import type { FileSystem } from '../base/files/fileSystem.js';
import { fileError } from '../base/files/systemError.js';
import { parseTemporaryName } from '../base/files/temporaryName.js';
import { isPart, manifestFileName } from './format/checkpointNames.js';
import { parseLossless, stringifyLossless } from './format/losslessJson.js';

const FORMAT = 'pix2pix-ts checkpoint';
const FORMAT_VERSION = 1;
const MAX_BYTES = 16e6;

/** One file of a checkpoint. */
export interface ManifestFile extends WrittenFile {
  /**
   * The temporary name under which the file was written. While a file of that name exists, it and not the final name
   * holds these bytes: the manifest is put in place first, and that one rename is what makes the checkpoint the new one.
   */
  readonly writtenAs: string;
}

/** The content of `<tag>.json`. */
export interface Manifest {
  /** When it was saved, for people: ISO 8601, UTC. Clocks are set back; the order of checkpoints is that of `saveNumber`. */
  readonly savedAt: string;
  /** Counts the saves of a folder, from 1; absent where an earlier version wrote it, which did not count. */
  readonly saveNumber?: number;
  readonly epoch: number;
  /** Training images seen, as the reference counts iterations. */
  readonly totalIters: number;
  readonly options: Readonly<Record<string, unknown>>;
  /** Versions of the programs that wrote it, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The session of the run that wrote it, by its id in `run.json`; absent where a program saved it by itself. */
  readonly session?: string;
  /** By part: `net_G`, `net_D`, `state`. The file names follow from tag and part. */
  readonly files: ReadonlyMap<string, ManifestFile>;
}

/**
 * The text of `<tag>.json` as it is.
 * @throws Pix2PixError when there is none, or it is no file of a reasonable size
 */
export function readManifestText(directory: string, tag: string, fs: FileSystem): string {
  const name = manifestFileName(tag);
  const path = join(directory, name);
  try {
    const stat = fs.statSync(path); // before opening: opening a pipe would wait for ever
    if (!stat.isFile() || stat.size > MAX_BYTES) refuse(name, 'is no manifest');
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, `cannot read ${name}`, path);
  }
}

/** The manifest as JSON whose last entry is the SHA-256 of all text before it. */
export function serialiseManifest(manifest: Manifest): string {
  const content = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    ...manifest,
    files: Object.fromEntries(manifest.files),
  };
  const body = stringifyLossless(content, 2).replace(/\n\}$/, '');
  return `${body},\n  "checksum": "${sha256(body)}"\n}\n`;
}

/**
 * Reads a manifest and checks it, every byte of it.
 * @param name for the message
 * @throws Pix2PixError when it was changed or cut off since it was written, or is of a newer format
 */
export function parseManifest(text: string, name: string): Manifest {
  const match = /^([\s\S]*),\n {2}"checksum": "([0-9a-f]{64})"\n\}\n$/.exec(text);
  if (match === null) refuse(name, 'is cut off or no manifest');
  const [, body, checksum] = match;
  if (sha256(body) !== checksum) refuse(name, 'was changed after it was written (its checksum differs)');
  let content: unknown;
  try {
    content = parseLossless(`${body}\n}`);
  } catch {
    refuse(name, 'is no valid JSON');
  }
  return checkManifest(content as Record<string, unknown>, name);
}

/** The checksum tells accidents; these checks tell a manifest that someone made. */
function checkManifest(content: Record<string, unknown>, name: string): Manifest {
  if (content.format !== FORMAT) refuse(name, 'is no checkpoint manifest');
  if (content.formatVersion !== FORMAT_VERSION) {
    refuse(name, `has format version ${content.formatVersion}, this program reads ${FORMAT_VERSION}`);
  }
  const { savedAt, saveNumber, epoch, totalIters, options, versions, session } = content;
  const isValid =
    typeof savedAt === 'string' &&
    /^\d{4}-\d\d-\d\dT[\d:.]{8,15}Z$/.test(savedAt) &&
    (saveNumber === undefined || isCount(saveNumber)) &&
    isCount(epoch) &&
    isCount(totalIters) &&
    isObject(options) &&
    isObject(versions) &&
    Object.values(versions).every((version) => typeof version === 'string') &&
    (session === undefined || typeof session === 'string') &&
    isObject(content.files);
  if (!isValid) refuse(name, 'lacks an entry or has one of a wrong kind');
  const files = new Map(Object.entries(content.files as object));
  for (const [part, file] of files) {
    if (!isPart(part) || !isManifestFile(file)) refuse(name, 'describes a file in a wrong way');
  }
  const known = { savedAt, epoch, totalIters, options, versions: versions as Record<string, string> };
  return {
    ...known,
    ...(saveNumber !== undefined && { saveNumber }),
    ...(session !== undefined && { session: session as string }),
    files,
  };
}

function isManifestFile(file: unknown): file is ManifestFile {
  return (
    isObject(file) &&
    isCount(file.bytes) &&
    typeof file.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(file.sha256) &&
    typeof file.writtenAs === 'string' &&
    parseTemporaryName(file.writtenAs) !== undefined
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function refuse(name: string, problem: string): never {
  throw new Pix2PixError(`${name} ${problem}`, {}, 'use another checkpoint');
}
