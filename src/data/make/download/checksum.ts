import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { PartialFile } from './partialFile.js';

/**
 * Which file is meant, in hexadecimal: by its SHA-256, or by the id that git keeps it under, which a commit's tree
 * names. That is a SHA-1, of `blob `, the length, a zero byte and the bytes. It finds whatever a server, a mirror or the
 * way has changed: no way is known to make another file for a given id. Two files of one id can be made together
 * (Stevens et al. 2017), so whoever made the file might have made a second one.
 */
export type Checksum =
  | { readonly sha256: string; readonly gitBlob?: undefined }
  | { readonly gitBlob: string; readonly sha256?: undefined };

interface Kind {
  /** In messages. */
  readonly name: string;
  readonly digits: number;
  /** A hash to which the bytes are to be given. */
  start(bytes: number): Hash;
}

export const CHECKSUM_KINDS = {
  sha256: { name: 'sha256', digits: 64, start: () => createHash('sha256') },
  gitBlob: {
    name: 'git blob',
    digits: 40,
    start: (bytes) => createHash('sha1').update(`blob ${bytes}\0`),
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type ChecksumKind = keyof typeof CHECKSUM_KINDS;

/** Of which kind a checksum is. */
export function kindOf(checksum: Checksum): ChecksumKind {
  return checksum.sha256 === undefined ? 'gitBlob' : 'sha256';
}

/** The checksum of a file in hexadecimal; undefined where it cannot be read. */
export async function hashOf(path: string, kind: ChecksumKind = 'sha256'): Promise<string | undefined> {
  try {
    const hash = CHECKSUM_KINDS[kind].start((await stat(path)).size);
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

/** Throws Pix2PixError where the file has not the checksum `wanted`. */
export async function requireHash(
  path: string,
  wanted: Checksum,
  refusal: { readonly what: string; readonly place: Readonly<Record<string, string>>; readonly fix: string },
): Promise<void> {
  const kind = kindOf(wanted);
  const got = await hashOf(path, kind);
  if (got === wanted[kind]) return;
  const { name } = CHECKSUM_KINDS[kind];
  const both = { [`${name} wanted`]: `${wanted[kind]}`, [`${name} got`]: got ?? 'none' };
  const what = got === undefined ? 'the file cannot be read' : refusal.what;
  throw new Pix2PixError(what, { ...refusal.place, ...both }, refusal.fix);
}

/** As `requireHash`, for what was fetched: it is removed where it is another file. */
export async function requireFetched(
  part: PartialFile,
  wanted: Checksum,
  url: string,
  fix: string,
): Promise<void> {
  try {
    await requireHash(part.path, wanted, { what: 'the file is not the one expected', place: { url }, fix });
  } catch (error) {
    await part.discard();
    throw error;
  }
}
