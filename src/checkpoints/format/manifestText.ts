import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { WrittenFile } from '../../base/files/durableFile.js';
import { parseTemporaryName } from '../../base/files/parseTemporaryName.js';
import { isPart } from './checkpointNames.js';
import { parseLossless, stringifyLossless } from './losslessJson.js';

const FORMAT = 'pix2pix-ts checkpoint';
const FORMAT_VERSION = 1;

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

/** The text of a manifest without its end, which has the SHA-256 of this. */
export function manifestBody(manifest: Manifest): string {
  const content = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    ...manifest,
    files: Object.fromEntries(manifest.files),
  };
  return stringifyLossless(content, 2).replace(/\n\}$/, '');
}

/** The whole text. @param checksum of the body */
export function closeManifest(body: string, checksum: string): string {
  return `${body},\n  "checksum": "${checksum}"\n}\n`;
}

/**
 * Takes the text of a manifest apart.
 * @param name for the message
 * @throws Pix2PixError when it is cut off
 */
export function splitManifest(
  text: string,
  name: string,
): { readonly body: string; readonly checksum: string } {
  const match = /^([\s\S]*),\n {2}"checksum": "([0-9a-f]{64})"\n\}\n$/.exec(text);
  if (match === null) refuseManifest(name, 'is cut off or no manifest');
  return { body: match[1], checksum: match[2] };
}

/**
 * Reads the body of a manifest, and checks every entry of it.
 * @param isWhole whether its checksum is right
 * @throws Pix2PixError when it was changed since it was written, or is of a newer format
 */
export function readManifestBody(body: string, name: string, isWhole: boolean): Manifest {
  if (!isWhole) refuseManifest(name, 'was changed after it was written (its checksum differs)');
  let content: unknown;
  try {
    content = parseLossless(`${body}\n}`);
  } catch {
    refuseManifest(name, 'is no valid JSON');
  }
  return checkManifest(content as Record<string, unknown>, name);
}

/** The checksum tells accidents; these checks tell a manifest that someone made. */
function checkManifest(content: Record<string, unknown>, name: string): Manifest {
  if (content.format !== FORMAT) refuseManifest(name, 'is no checkpoint manifest');
  if (content.formatVersion !== FORMAT_VERSION) {
    refuseManifest(name, `has format version ${content.formatVersion}, this program reads ${FORMAT_VERSION}`);
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
  if (!isValid) refuseManifest(name, 'lacks an entry or has one of a wrong kind');
  const files = new Map(Object.entries(content.files as object));
  for (const [part, file] of files) {
    if (!isPart(part) || !isManifestFile(file)) refuseManifest(name, 'describes a file in a wrong way');
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

export function refuseManifest(name: string, problem: string): never {
  throw new Pix2PixError(`${name} ${problem}`, {}, 'use another checkpoint');
}
