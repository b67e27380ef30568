import { type BigIntStats, type Dirent, opendirSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileError, systemCode } from '../../base/files/systemError.js';
import { isImageName } from './imageNames.js';
import { PassedOverCounter } from './passedOver.js';
import { PathListBuilder } from './pathList.js';

/** A folder that was read, and what tells whether it has changed since. */
export interface ReadFolder {
  /** Relative to the folder of the scan, which itself is ''. */
  readonly relative: string;
  /** The result of `stampOf` before it was read. */
  readonly stamp: string;
}

/** Entries that are read from the system at once. */
const BUFFER = 256;
/** Milliseconds after which others on this thread get their turn. */
export const TURN = 50;
/** Entries after which the clock is looked at. */
const ENTRIES = 1024;

/** A text that changes when an entry of a folder is added, removed or renamed. */
export function stampOf({ ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino} ${mtimeNs} ${ctimeNs}`;
}

/**
 * Reads a folder and all folders below it as a stream: memory is that of the names found. Real folders are entered
 * before links to folders, and links in the order of their names, so that what is found does not depend on the order in
 * which a file system gives its entries. See `listImages` for what counts.
 *
 * Reads synchronously, in turns: a promise for every entry takes several times as long as the reading.
 */
export class FolderScan {
  readonly images = new PathListBuilder();
  /** Files that are none by their names. */
  readonly passedOver = new PassedOverCounter();
  readonly folders: ReadFolder[] = [];
  /** The last change to any of the folders, in milliseconds since 1970. */
  changedAt = 0;
  /** Whether a link leads nowhere, or to something that is neither file nor folder: what it leads to may change. */
  hasLooseLinks = false;
  private readonly entered = new Set<string>();
  private links: string[] = [];
  private entries = 0;
  private turnEnds: number;

  /** @param onTurn is told after every `turn` milliseconds how many images have been found so far */
  constructor(
    private readonly folder: string,
    private readonly onTurn: (found: number) => void,
    private readonly turn = TURN,
  ) {
    this.turnEnds = performance.now() + turn;
  }

  /** @throws Pix2PixError naming a folder that cannot be read */
  async run(): Promise<this> {
    await this.enter('');
    while (this.links.length > 0) {
      for (const link of this.links.splice(0).sort()) await this.enter(link);
    }
    return this;
  }

  /** Reads what has not been read yet of a folder and those below it. */
  private async enter(top: string): Promise<void> {
    const waiting = [{ relative: top, real: realpathSync.native(join(this.folder, top)) }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.entered.has(next.real)) continue;
      this.entered.add(next.real);
      for (const name of await this.read(next.relative, next.real)) {
        waiting.push({ relative: under(next.relative, name), real: join(next.real, name) });
      }
    }
  }

  /** `takeUp`, but that a folder which has gone since it was found holds nothing. */
  private async read(relative: string, real: string): Promise<string[]> {
    try {
      return await this.takeUp(relative, real);
    } catch (error) {
      if (relative !== '' && systemCode(error) === 'ENOENT') return [];
      throw fileError(error, 'an image folder cannot be read', real);
    }
  }

  /** Takes up the entries of one folder. Returns the names of the folders in it. */
  private async takeUp(relative: string, real: string): Promise<string[]> {
    const stats = statSync(real, { bigint: true });
    this.folders.push({ relative, stamp: stampOf(stats) });
    this.changedAt = Math.max(this.changedAt, Number(stats.mtimeMs), Number(stats.ctimeMs));
    const folders: string[] = [];
    const opened = opendirSync(real, { bufferSize: BUFFER });
    try {
      for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
        if (++this.entries % ENTRIES === 0) await this.giveTurn();
        if (entry.name.startsWith('.')) continue;
        const kind = kindOf(entry, real);
        if (kind === 'folder') folders.push(entry.name);
        else if (kind === 'linked folder') this.links.push(under(relative, entry.name));
        const isFile = kind === 'file' || kind === 'dead link';
        if (isFile && isImageName(entry.name)) this.images.add(under(relative, entry.name));
        else if (isFile) this.passedOver.add(entry.name);
        if (kind === 'dead link' || kind === 'odd link') this.hasLooseLinks = true;
      }
    } finally {
      opened.closeSync();
    }
    return folders;
  }

  private async giveTurn(): Promise<void> {
    if (performance.now() < this.turnEnds) return;
    this.onTurn(this.images.length);
    await setImmediate();
    this.turnEnds = performance.now() + this.turn;
  }
}

function under(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** /proc and /sys (linux/magic.h), where processes come and go while they are read, and no images are. */
const PSEUDO_FILE_SYSTEMS = [0x9fa0, 0x62656572];

type Kind = 'file' | 'folder' | 'linked folder' | 'dead link' | 'odd link' | 'other';

function kindOf(entry: Dirent, folder: string): Kind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'other';
  try {
    const path = join(folder, entry.name);
    const target = statSync(path);
    if (target.isDirectory())
      return PSEUDO_FILE_SYSTEMS.includes(statfsSync(path).type) ? 'odd link' : 'linked folder';
    return target.isFile() ? 'file' : 'odd link';
  } catch {
    return 'dead link';
  }
}
