import { join } from 'node:path';
import { readImageSize } from '../../data/decode/decode.js';
import { pathAt } from '../../data/listing/pathList.js';
import type { ImageFolder } from '../../data/pair/imageFolder.js';

/**
 * How large A and B are in the first file, before any of `--preprocess`, so that whoever gives whole images where pairs
 * are wanted sees them cut in half: `A and B 128x256 (halves of 256x256)`. Undefined where there are no files, or the
 * first cannot be read.
 *
 * @param folders one, of pairs side by side or of single images, or one of A and one of B
 */
export async function imageSides(
  folders: readonly ImageFolder[],
  datasetMode: string,
): Promise<string | undefined> {
  const sizes = await Promise.all(folders.map(firstSize)).catch(() => []);
  const [a, b] = sizes.map(({ width, height }) => `${width}x${height}`);
  if (a === undefined) return undefined;
  if (b !== undefined) return a === b ? `A and B ${a}` : `A ${a}, B ${b}`;
  if (datasetMode !== 'aligned') return a;
  const [{ width, height }] = sizes;
  return `A and B ${width / 2}x${height} (halves of ${a})`;
}

const firstSize = ({ folder, names }: ImageFolder) => readImageSize(join(folder, pathAt(names, 0)));
