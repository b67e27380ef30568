import { type FileSystem, nodeFileSystem } from './fileSystem.js';
import { fileError, systemCode } from './systemError.js';

/**
 * Makes renames and new names in a folder last through a power cut. Windows has no such call and some network file
 * systems refuse it: there it is left to them.
 *
 * @throws Pix2PixError when the disk fails
 */
export function syncFolder(folder: string, fs: FileSystem = nodeFileSystem): void {
  if (process.platform === 'win32') return;
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(folder, 'r');
    fs.fsyncSync(descriptor);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || ['EIO', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'].includes(code)) {
      throw fileError(error, 'cannot sync the folder', folder);
    }
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}
