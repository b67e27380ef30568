import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { ImageListing } from '../listing/imageListing.js';
import { imageExtensions } from '../listing/imageNames.js';
import { listImages } from '../listing/listImages.js';
import { inWords } from '../listing/passedOver.js';
import { type PathList, pathAt } from '../listing/pathList.js';
import type { ImageFiles } from '../raster/readSide.js';
import { otherLayout, type Wanted } from './otherLayout.js';

/** The images of a folder, in the order of their names. */
export interface ImageFolder {
  readonly folder: string;
  readonly names: PathList;
  /** Folders whose images come beside those of the same names, as further channels. */
  readonly beside?: readonly ImageFolder[];
  /** Of a folder beside another: the place here of each image there; absent where all names are equal. */
  readonly partners?: Uint32Array<SharedArrayBuffer>;
}

/** The files of the image at `index`. */
export function filesAt({ folder, names, beside = [] }: ImageFolder, index: number): ImageFiles {
  return {
    path: join(folder, pathAt(names, index)),
    beside: beside.map((other) => join(other.folder, pathAt(other.names, other.partners?.[index] ?? index))),
  };
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

/** There is no folder of images where one was expected: what is there in its place, and what takes that. */
export async function noFolder(
  { dataroot, phase, wanted }: { readonly dataroot: string; readonly phase: string; readonly wanted: Wanted },
  lookedFor: string,
): Promise<Pix2PixError> {
  const facts = { dataroot, 'looked for': lookedFor };
  if (!(await isFolder(dataroot)))
    return new Pix2PixError('the dataroot is no folder', facts, 'point --dataroot at a folder of images');
  const other = await otherLayout(dataroot, phase, wanted);
  return new Pix2PixError(
    `the dataroot has no images for phase '${phase}'`,
    { ...facts, ...(other && { found: other.found }) },
    other?.fix ?? 'point --dataroot at the folder that holds them, or name another folder of it by --phase',
  );
}
