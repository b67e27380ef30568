import fs from 'node:fs';
import { Pix2PixError } from '../base/errors/pix2pixError.js';

/** The calls that checkpoints make, all of them, so that a test can stop the world at any one. */
export type FileSystem = Pick<
  typeof fs,
  | 'closeSync'
  | 'copyFileSync'
  | 'existsSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'linkSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'readSync'
  | 'readdirSync'
  | 'renameSync'
  | 'statSync'
  | 'statfsSync'
  | 'unlinkSync'
  | 'writeSync'
>;

export const nodeFileSystem: FileSystem = fs;

/** What the operating system's codes mean to a person, and the mend. */
const causes: Readonly<Record<string, readonly [meaning: string, fix: string]>> = {
  ENOSPC: [
    'the disk is full',
    'free some space or choose another --checkpoints_dir; the files there are untouched',
  ],
  EDQUOT: ['the disk quota is used up', 'free some space or choose another --checkpoints_dir'],
  EACCES: ['permission denied', 'give this user the right to it, or choose another place'],
  EPERM: ['operation not permitted', 'give this user the right to it, or choose another place'],
  EROFS: ['the file system is read-only', 'mount it writable, or choose another place'],
  EISDIR: ['there is a folder of that name', 'move the folder away or choose another name'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'move that file away or choose another path'],
  ENOENT: ['no such file or folder', 'check the path'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter --name'],
  EMFILE: ['too many files are open', 'raise the limit of open files (ulimit -n)'],
  EIO: ['the device reports a read or write error', 'check the disk; copy what is still readable elsewhere'],
};

/** The system's code of an error (`ENOSPC`), or undefined when it comes from elsewhere. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && 'syscall' in (error as Error) ? code : undefined;
}

/**
 * The error to throw when a file operation failed: a Pix2PixError that names the place and the mend for an error of
 * the operating system, and the given error itself for anything else.
 * @param action what was being done: 'cannot write'
 */
export function fileError(error: unknown, action: string, path: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const [meaning, fix] = causes[code] ?? [(error as Error).message, 'check the disk and the path'];
  return new Pix2PixError(`${action}: ${meaning}`, { path, code }, fix, { cause: error });
}
