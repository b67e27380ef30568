import { stat } from 'node:fs/promises';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { imageExtensions } from '../listing/imageNames.js';
import { listImages } from '../listing/listImages.js';
import type { PathList } from '../listing/pathList.js';

/** The images of a folder, in the order of their names. */
export interface ImageFolder {
  readonly folder: string;
  readonly names: PathList;
}

/** Is told how far it is, when it takes longer than a second. */
export type OnProgress = (text: string) => void;

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Throws Pix2PixError when the folder cannot be read. */
export async function readNames(folder: string, onProgress?: OnProgress): Promise<PathList> {
  return listImages(folder, { onProgress });
}

/** Throws Pix2PixError when the folder cannot be read or holds no images. */
export async function findImages(folder: string, onProgress?: OnProgress): Promise<ImageFolder> {
  const names = await readNames(folder, onProgress);
  if (names.length === 0) throw noImages(folder);
  return { folder, names };
}

export function noImages(folder: string): Pix2PixError {
  return new Pix2PixError(
    'an image folder holds no images',
    { folder, 'looked for': imageExtensions.join(' ') },
    'put images there, or point --dataroot elsewhere',
  );
}

/** There is no folder of images where one was expected. */
export async function noFolder(
  dataroot: string,
  phase: string,
  lookedFor: string,
  fix = 'point --dataroot at the folder that holds them, or name another folder of it by --phase',
): Promise<Pix2PixError> {
  return new Pix2PixError(
    (await isFolder(dataroot))
      ? `the dataroot has no images for phase '${phase}'`
      : 'the dataroot is no folder',
    { dataroot, 'looked for': lookedFor },
    fix,
  );
}
