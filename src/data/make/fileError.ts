import { Pix2PixError } from '../../base/errors/pix2pixError.js';

const MENDS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, or choose a folder on another disk'],
  EDQUOT: ['the disk quota is used up', 'free some space, or choose a folder on another disk'],
  EACCES: ['no permission', 'choose a folder that you may write to'],
  EPERM: ['no permission', 'choose a folder that you may write to'],
  EROFS: ['the file system is read-only', 'choose a folder that you may write to'],
  ENOTDIR: ['a file stands where a folder is needed', 'choose another folder'],
  EISDIR: ['a folder stands where a file is needed', 'choose another folder'],
  EEXIST: ['something of that name is there already', 'choose another folder'],
  ENOENT: ['it does not exist', 'check the path'],
  ENAMETOOLONG: ['the path is too long', 'choose a shorter one'],
  EMFILE: ['too many files are open', 'raise the limit (ulimit -n)'],
};

/** A system error in a person's words; every other error is given back as it is. */
export function fileError(error: unknown, summary: string, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  const mend = MENDS[code];
  if (mend === undefined || error instanceof Pix2PixError) return error;
  const [what, fix] = mend;
  return new Pix2PixError(`${summary}: ${what}`, { path, system: (error as Error).message }, fix, {
    cause: error,
  });
}
