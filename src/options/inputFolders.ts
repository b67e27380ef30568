import { folderNameFault } from './folderName.js';

/** The folders that `--input_folders` names; none where nothing was given. */
export function parseInputFolders(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}

/** What is wrong with a list of folders, or nothing. */
export function foldersFault(text: string): string | undefined {
  const names = parseInputFolders(text);
  for (const name of names) {
    const fault = name === '' ? 'has an empty name' : folderNameFault(name);
    if (fault !== undefined) return fault;
  }
  return new Set(names).size === names.length ? undefined : 'names a folder twice';
}
