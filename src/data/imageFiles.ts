import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Extensions that count as images, in any case. What a file really holds is seen when it is decoded. */
export const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.bmp', '.gif'] as const;

/** Whether a file name ends like an image's. */
export function isImageName(name: string): boolean {
  const lower = name.toLowerCase();
  return imageExtensions.some((extension) => lower.endsWith(extension));
}

/**
 * The images in a folder and all folders below it, as paths relative to it with '/' between their parts, in code-unit
 * order (the same on every machine and in every locale).
 *
 * Links to files and folders are followed (each real folder is entered once, so a link to a parent ends there).
 * Names that begin with a dot are no data: macOS leaves `._photo.jpg` beside `photo.jpg`. Pipes, sockets and devices
 * are passed over whatever they are called. A link that leads nowhere stays in the list, so that decoding names it.
 * No file is opened, and only links cost a `stat`.
 *
 * @throws the file system's error when `folder` itself cannot be read
 * Source: make_dataset in the reference's data/image_folder.py
 */
export async function listImages(folder: string): Promise<string[]> {
  const found: string[] = [];
  const entered = new Set<string>();

  const enter = async (relative: string): Promise<void> => {
    const path = join(folder, relative);
    const real = await realpath(path);
    if (entered.has(real)) return;
    entered.add(real);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      const kind = await kindOf(entry, join(folder, name));
      if (kind === 'folder') await enter(name);
      else if (kind === 'file' && isImageName(name)) found.push(name);
    }
  };

  await enter('');
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

async function kindOf(entry: Dirent, path: string): Promise<'file' | 'folder' | 'other'> {
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (target === undefined) return 'file';
  if (target.isDirectory()) return 'folder';
  return target.isFile() ? 'file' : 'other';
}
