import { dirname, resolve } from 'node:path';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { type FileSystem, nodeFileSystem } from './fileSystem.js';
import { syncFolder } from './syncFolder.js';
import { fileError, systemCode } from './systemError.js';

/**
 * Makes a folder and those above it that are missing. They last through a power cut once it returns.
 *
 * Node's `mkdirSync(path, { recursive: true })` never returns where a file system refuses a folder with ENOENT, as
 * `/proc` does.
 *
 * @throws Pix2PixError naming the folder that cannot be made, and why
 */
export function makeFolder(path: string, fs: FileSystem = nodeFileSystem): void {
  for (const folder of missingFolders(resolve(path), fs)) {
    try {
      fs.mkdirSync(folder);
    } catch (error) {
      if (systemCode(error) === 'EEXIST' && isFolder(folder, fs)) continue; // another process was faster
      throw refusal(error, folder);
    }
    syncFolder(dirname(folder), fs);
  }
}

/** The folders of a path that are not there, outermost first. */
function missingFolders(path: string, fs: FileSystem): string[] {
  const missing: string[] = [];
  for (let at = path; !isFolder(at, fs); at = dirname(at)) {
    missing.unshift(at);
    if (dirname(at) === at) break; // a drive that is not there
  }
  return missing;
}

function isFolder(path: string, fs: FileSystem): boolean {
  try {
    return fs.statSync(path).isDirectory();
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw cannotMake(error, path);
  }
}

function cannotMake(error: unknown, folder: string): unknown {
  return fileError(error, 'cannot make a folder', folder);
}

/** Two codes mislead by themselves: ENOENT although the folder above exists, and EEXIST where a file has that name. */
function refusal(cause: unknown, path: string): unknown {
  const code = systemCode(cause);
  if (code === 'ENOENT') {
    const problem = 'cannot make a folder: this file system takes none there';
    return new Pix2PixError(problem, { path, code }, 'choose another place', { cause });
  }
  if (code === 'EEXIST') {
    const problem = 'cannot make a folder: there is a file, not a folder, of that name';
    return new Pix2PixError(problem, { path, code }, 'move the file away, or choose another name', { cause });
  }
  return cannotMake(cause, path);
}
