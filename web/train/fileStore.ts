import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';

/** Files of one run, by their names: in the browser's own storage. */
export interface FileStore {
  names(): Promise<string[]>;
  /** @throws Error when there is none */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The file is there whole or as it was. @throws Pix2PixError when there is no room */
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** The storage that only this address's pages see (OPFS): a folder in it. */
export async function openFileStore(folder: string): Promise<FileStore> {
  const root = await privateStorage();
  const directory = await root.getDirectoryHandle(folder, { create: true });
  return {
    names: async () => {
      const names: string[] = [];
      for await (const name of directory.keys()) names.push(name);
      return names.sort();
    },
    read: async (name) => {
      const file = await (await directory.getFileHandle(name)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    },
    write: async (name, bytes) => {
      const handle = await directory.getFileHandle(name, { create: true });
      const stream = await handle.createWritable(); // a copy, which takes the file's place when it is closed
      try {
        await stream.write(bytes);
        await stream.close();
      } catch (error) {
        await stream.abort().catch(() => {});
        throw noRoom(error as Error, bytes.length);
      }
    },
    remove: (name) => directory.removeEntry(name),
  };
}

/** The names of all folders. */
export async function storedFolders(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of (await privateStorage()).keys()) names.push(name);
  return names.sort();
}

export async function removeFolder(folder: string): Promise<void> {
  await (await privateStorage()).removeEntry(folder, { recursive: true });
}

async function privateStorage(): Promise<FileSystemDirectoryHandle> {
  try {
    return await navigator.storage.getDirectory();
  } catch (error) {
    const facts = { reason: (error as Error).message };
    const fix = 'open the page in a window that is not private, from https or localhost';
    throw new Pix2PixError('this browser gives the page no storage', facts, fix);
  }
}

function noRoom(error: Error, bytes: number): Pix2PixError {
  const facts = { wanted: `${(bytes / 1e6).toFixed(1)} MB`, reason: error.message };
  return new Pix2PixError(
    'the browser has no room for the checkpoint: the one before it is still there',
    facts,
    'free space, remove other runs, or download the checkpoint',
  );
}
