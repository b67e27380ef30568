import { stat } from 'node:fs/promises';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { ImageListing } from '../listing/imageListing.js';
import { imageExtensions } from '../listing/imageNames.js';
import { listImages } from '../listing/listImages.js';
import { inWords } from '../listing/passedOver.js';
import type { PathList } from '../listing/pathList.js';

/** The images of a folder, in the order of their names. */
export interface ImageFolder {
  readonly folder: string;
  readonly names: PathList;
}

/** Receives messages while images are searched for. */
export interface SearchSurroundings {
  /** How far it is, when it takes longer than a second. */
  readonly onProgress?: (text: string) => void;
  /** How many other files were there. */
  readonly onWarning?: (text: string) => void;
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Throws Pix2PixError when the folder cannot be read. */
export async function readListing(
  folder: string,
  { onProgress }: SearchSurroundings = {},
): Promise<ImageListing> {
  return listImages(folder, { onProgress });
}

/** Throws Pix2PixError when the folder cannot be read or holds no images. */
export async function findImages(
  folder: string,
  surroundings: SearchSurroundings = {},
): Promise<ImageFolder> {
  return imagesOf(folder, await readListing(folder, surroundings), surroundings);
}

/** Throws Pix2PixError when there are no images in what was listed of a folder. */
export function imagesOf(
  folder: string,
  { images, passedOver }: ImageListing,
  { onWarning }: SearchSurroundings,
): ImageFolder {
  const others = inWords(passedOver);
  if (images.length === 0) {
    throw new Pix2PixError(
      'an image folder holds no images',
      { folder, 'looked for': imageExtensions.join(' '), ...(others && { others }) },
      'put images there, or point --dataroot elsewhere',
    );
  }
  if (others !== undefined) onWarning?.(`${folder}: ${others}`);
  return { folder, names: images };
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
