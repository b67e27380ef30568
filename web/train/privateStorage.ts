import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import { type FileStore, NoRoom } from './fileStore.js';

// The browser's own storage (OPFS), which only this address's pages see: a folder for each run.

/** A folder of it, made where there is none. */
export async function openFileStore(folder: string): Promise<FileStore> {
  const root = await privateStorage();
  const directory = await root.getDirectoryHandle(folder, { create: true });
  const open = async (name: string) => (await directory.getFileHandle(name)).getFile();
  return {
    names: () => namesIn(directory),
    open,
    read: async (name) => new Uint8Array(await (await open(name)).arrayBuffer()),
    write: (name, bytes) => writeFile(directory, name, bytes),
    remove: (name) => directory.removeEntry(name),
  };
}

/** The names of all folders. */
export async function storedFolders(): Promise<string[]> {
  return namesIn(await privateStorage());
}

export async function removeFolder(folder: string): Promise<void> {
  await (await privateStorage()).removeEntry(folder, { recursive: true });
}

async function namesIn(directory: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of directory.keys()) names.push(name);
  return names.sort();
}

async function writeFile(
  directory: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const handle = await directory.getFileHandle(name, { create: true }).catch((error: Error) => {
    throw failure(error, bytes.length);
  });
  try {
    const stream = await handle.createWritable(); // a copy, which takes the file's place when it is closed
    try {
      await stream.write(bytes);
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => {});
      throw error;
    }
  } catch (error) {
    // one that was not there before has been made without contents
    if ((await handle.getFile()).size === 0) await directory.removeEntry(name);
    throw failure(error as Error, bytes.length);
  }
}

function failure(error: Error, bytes: number): Error {
  return error.name === 'QuotaExceededError' ? new NoRoom(bytes) : error;
}

async function privateStorage(): Promise<FileSystemDirectoryHandle> {
  try {
    if (navigator.storage?.getDirectory === undefined) throw new Error('it has no file system for pages');
    return await navigator.storage.getDirectory();
  } catch (error) {
    const facts = { reason: (error as Error).message };
    const fix = 'open the page in a window that is not private, from https or localhost';
    throw new Pix2PixError('this browser gives the page no storage', facts, fix);
  }
}
