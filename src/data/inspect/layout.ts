import { otherLayout } from '../pair/otherLayout.js';
import type { Inspection } from './inspection.js';

/** What the folders of a data root are to a training, and what would help where it would find no images. */
export async function layoutOf(root: string, folders: readonly string[]): Promise<Inspection['layout']> {
  const top = new Set(folders.map((folder) => folder.split('/')[0]));
  if (top.has('trainA') && top.has('trainB'))
    return { found: 'the two sides of a training in trainA and trainB: pairs where their names agree' };
  const [a, b] = ['a', 'b'].map((side) => folders.find((folder) => folder.toLowerCase() === `train/${side}`));
  if (a !== undefined && b !== undefined)
    return { found: `the two sides of a training in ${a} and ${b}`, fix: 'rename them to trainA and trainB' };
  if (top.has('train')) return { found: 'a training of A|B pairs, or of single images, in train' };
  const other = await otherLayout(root, 'train', 'pairs');
  return (
    other ?? {
      found: 'no folder that a training would find images in',
      fix: 'put A|B pairs into train, or the sides into trainA and trainB',
    }
  );
}
