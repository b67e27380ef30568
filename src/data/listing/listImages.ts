import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../base/files/cacheFolder.js';
import { fileError } from '../../base/files/systemError.js';
import { indexFile, readIndex, writeIndex } from './folderIndex.js';
import type { ImageListing } from './imageListing.js';
import { FolderScan, TURN } from './scanFolder.js';

/** Fewer images are found faster than anybody notices: no list of them is kept. */
const WORTH_KEEPING = 50_000;
/**
 * Milliseconds that folders must have been left alone before their list is kept: within the grain of a file system's
 * clock (2 s at most), a later change would leave no trace.
 */
const REST = 3000;
/** Milliseconds until the first word on a scan's progress, and between one and the next. */
const PATIENCE = 1000;
const INTERVAL = 5000;

export interface ListingSettings {
  /** Is told how far it is, when it takes longer than a second. */
  readonly onProgress?: (text: string) => void;
  /** Milliseconds until then. */
  readonly patience?: number;
  /** Where lists are kept, from how many images on, and how many milliseconds their folders must have rested. */
  readonly indexes?: string;
  readonly worthKeeping?: number;
  readonly rest?: number;
}

/**
 * The images in a folder and all folders below it, as paths relative to it with '/' between their parts, in the order
 * of their code points (as Python's `sorted`; the same on every machine and in every locale).
 *
 * Links to files and folders are followed (each real folder is entered once, so a link to a parent ends there).
 * Names that begin with a dot are no data: macOS leaves `._photo.jpg` beside `photo.jpg`. Pipes, sockets and devices
 * are passed over whatever they are called, and so are links into /proc and /sys. A link that leads nowhere stays in the
 * list, so that decoding names it. No file is opened, and only links cost a `stat`. Other files are counted by the endings
 * of their names.
 *
 * A long list is kept in the cache folder and used for as long as no folder has changed; but not on Windows, some of
 * whose file systems do not note the time at which a folder changes.
 *
 * @throws Pix2PixError naming a folder that cannot be read
 * Source: make_dataset in the reference's data/image_folder.py
 */
export async function listImages(folder: string, settings: ListingSettings = {}): Promise<ImageListing> {
  const { onProgress = () => {}, patience = PATIENCE } = settings;
  const { worthKeeping = WORTH_KEEPING, rest = REST } = settings;
  const real = realPath(folder);
  const mayKeep = process.platform !== 'win32';
  const file = indexFile(settings.indexes ?? join(cacheFolder(), 'lists'), real);
  const kept = mayKeep ? readIndex(file, real) : undefined;
  if (kept !== undefined) return kept;

  const start = Date.now();
  let next = start + patience;
  const tell = (found: number) => {
    if (Date.now() < next) return;
    next = Date.now() + INTERVAL;
    onProgress(`looking for images in ${folder}: ${found.toLocaleString('en')} so far`);
  };
  const scan = await new FolderScan(real, tell, Math.min(patience, TURN)).run();
  const listing = { images: scan.images.sorted(), passedOver: scan.passedOver.all };
  const isAtRest = scan.changedAt < start - rest && !scan.hasLooseLinks;
  const isWorthKeeping = listing.images.length >= worthKeeping;
  if (mayKeep && isAtRest && isWorthKeeping) writeIndex(file, real, scan.folders, listing);
  return listing;
}

function realPath(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch (error) {
    throw fileError(error, 'an image folder cannot be read', folder);
  }
}
