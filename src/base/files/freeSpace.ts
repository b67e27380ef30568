import { Pix2PixError } from '../errors/pix2pixError.js';
import { type FileSystem, nodeFileSystem } from './fileSystem.js';

/** Bytes that must stay free beyond the file itself, for directory entries and logs. */
const SPARE_BYTES = 1 << 20;

/**
 * Refuses early, in place of a half-written file later, when the disk cannot hold `bytes` more. Where a file system
 * does not tell (some network mounts), the write itself fails.
 *
 * @param folder one that exists
 * @throws Pix2PixError with the bytes that are needed and the bytes that are free
 */
export function requireFreeSpace(folder: string, bytes: number, fs: FileSystem = nodeFileSystem): void {
  let free: number;
  try {
    const disk = fs.statfsSync(folder);
    if (disk.blocks === 0) return;
    free = disk.bavail * disk.bsize;
  } catch {
    return;
  }
  if (free >= bytes + SPARE_BYTES) return;
  throw new Pix2PixError(
    'the disk is nearly full: nothing was written',
    { folder, needed: megabytes(bytes + SPARE_BYTES), free: megabytes(free) },
    'free some space (of a training, --keep_last n keeps fewer checkpoints), or choose a place on another disk',
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
