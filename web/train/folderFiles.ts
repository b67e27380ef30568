import type { ReadableFiles } from './fileStore.js';
import type { NamedFile, PairPlan } from './pairSource.js';

/** A file as an input of a page has it. */
type ChosenFile = Blob & { readonly name: string; readonly webkitRelativePath: string };

/** The files of a folder that a person has chosen, by their paths from it on: `facades/train/1.png`. */
export function filesOf(list: ArrayLike<ChosenFile> | null): NamedFile[] {
  return Array.from(list ?? [], (file) => ({ name: file.webkitRelativePath || file.name, file }));
}

/** The name of the folder. */
export function folderOf(files: readonly NamedFile[]): string {
  return files[0]?.name.split('/').slice(0, -1)[0] ?? '';
}

/** Pairs side by side, from a folder; of one with subfolders `train`, `val` and so on from `train`. */
export function sideBySide(files: readonly NamedFile[]): PairPlan {
  const below = withoutFolder(files);
  const ofTraining = below.filter(({ name }) => name.split('/').slice(0, -1).includes('train'));
  return { kind: 'side by side', files: ofTraining.length > 0 ? ofTraining : below };
}

export function twoFolders(A: readonly NamedFile[], B: readonly NamedFile[]): PairPlan {
  return { kind: 'two folders', A: withoutFolder(A), B: withoutFolder(B) };
}

/** What lies in the folder itself, by its names. */
export function directFiles(files: readonly NamedFile[]): ReadableFiles {
  const direct = withoutFolder(files).filter(({ name }) => !name.includes('/'));
  const byName = new Map(direct.map(({ name, file }) => [name, file]));
  return {
    names: async () => [...byName.keys()],
    read: async (name) => new Uint8Array(await byName.get(name)!.arrayBuffer()),
  };
}

/** By their paths below the folder: two of its folders may hold files of one name. */
function withoutFolder(files: readonly NamedFile[]): NamedFile[] {
  return files.map(({ name, file }) => ({ name: name.slice(name.indexOf('/') + 1), file }));
}
