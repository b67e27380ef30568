import type { FileStore } from '../web/train/fileStore.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Files in memory, in place of the browser's own storage. */
export interface MemoryStore extends FileStore {
  readonly files: Map<string, Bytes>;
  /** How many bytes fit in all. */
  room: number;
}

export function memoryStore(files: ReadonlyMap<string, Bytes> = new Map()): MemoryStore {
  const store: MemoryStore = {
    files: new Map(files),
    room: Number.POSITIVE_INFINITY,
    names: async () => [...store.files.keys()].sort(),
    read: async (name) => store.files.get(name)!,
    open: async (name) => new Blob([store.files.get(name)!]),
    write: async (name, bytes) => {
      const others = [...store.files].filter(([other]) => other !== name);
      const used = others.reduce((sum, [, { length }]) => sum + length, 0);
      if (used + bytes.length > store.room) throw new Error('no room');
      store.files.set(name, bytes);
    },
    remove: async (name) => {
      store.files.delete(name);
    },
  };
  return store;
}
