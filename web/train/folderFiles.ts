import type { NamedFile, PairPlan } from './pairSource.js';

/** The files of a folder that a person has chosen, by their paths below it. */
export function filesOf(list: FileList | null): NamedFile[] {
  return Array.from(list ?? [], (file) => ({ name: file.webkitRelativePath || file.name, file }));
}

/** The name of the folder. */
export function folderOf(files: readonly NamedFile[]): string {
  return files[0]?.name.split('/').slice(-2, -1)[0] ?? '';
}

/** Pairs side by side, from a folder; of one with subfolders `train`, `val` and so on from `train`. */
export function sideBySide(files: readonly NamedFile[]): PairPlan {
  const ofTraining = files.filter(({ name }) => name.split('/').at(-2) === 'train');
  return { kind: 'side by side', files: withoutFolders(ofTraining.length > 0 ? ofTraining : files) };
}

export function twoFolders(A: readonly NamedFile[], B: readonly NamedFile[]): PairPlan {
  return { kind: 'two folders', A: withoutFolders(A), B: withoutFolders(B) };
}

function withoutFolders(files: readonly NamedFile[]): NamedFile[] {
  return files.map(({ name, file }) => ({ name: name.split('/').at(-1)!, file }));
}
