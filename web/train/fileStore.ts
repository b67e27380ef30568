import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';

/** Files of one run, by their names. */
export interface FileStore {
  names(): Promise<string[]>;
  /** @throws Error when there is none */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** A file that is read when it is needed. @throws Error when there is none */
  open(name: string): Promise<Blob>;
  /** The file is there whole or as it was. @throws NoRoom, and Error for whatever else keeps it from being written */
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Files that are only read. */
export type ReadableFiles = Pick<FileStore, 'names' | 'read'>;

/** The browser gives the page no more storage. */
export class NoRoom extends Pix2PixError {
  constructor(bytes: number) {
    const facts = { wanted: `${(bytes / 1e6).toFixed(1)} MB` };
    super('the browser has no room', facts, 'remove other runs, or free space on the disk');
  }
}
