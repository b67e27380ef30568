import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namesIn } from '../../base/files/namesIn.js';
import { livingOwner, thisProcess } from '../../checkpoints/lockOwner.js';

const PREFIX = 'pix2pix-playgrounds-';
const NAME = new RegExp(`^${PREFIX}\\w{6}$`); // as mkdtemp makes them
/** The file that says which process a folder is of. */
const OWNER = 'owner.json';

/** Makes a folder among the system's temporary files, which is this process's. */
export function makePlaygroundFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  writeFileSync(join(folder, OWNER), JSON.stringify(thisProcess()));
  return folder;
}

/** Removes such folders of processes that have ended without doing so: one that was killed cannot. */
export function removeLeftPlaygrounds(): void {
  for (const name of namesIn(tmpdir())) {
    if (!NAME.test(name)) continue;
    const folder = join(tmpdir(), name);
    try {
      if (isLeft(folder)) rmSync(folder, { recursive: true });
    } catch {
      // another user's, or another process is removing it
    }
  }
}

function isLeft(folder: string): boolean {
  const { uid, mtimeMs } = lstatSync(folder);
  if (process.getuid !== undefined && uid !== process.getuid()) return false;
  return livingOwner(ownerIn(folder), mtimeMs) === undefined;
}

/** Empty where none is said, as in a folder that was made this moment. */
function ownerIn(folder: string): string {
  try {
    return readFileSync(join(folder, OWNER), 'utf8');
  } catch {
    return '';
  }
}
