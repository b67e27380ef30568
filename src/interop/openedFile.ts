import type { PickleValue } from './pickleValues.js';
import type { StorageRef } from './torchObjects.js';

/** A PyTorch file of either format: the object that was saved, and access to the bytes of its storages. */
export interface OpenedFile {
  readonly value: PickleValue;
  /** The bytes of one storage, in memory of their own. */
  readStorage(storage: StorageRef): Uint8Array;
}
