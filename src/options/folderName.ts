/**
 * The problem with a name that becomes part of a path (`--name`), or undefined when there is none. Subfolders are fine
 * (`maps/first`); a name must not lead out of the folder in which it is put.
 */
export function folderNameFault(name: string): string | undefined {
  if (name === '') return 'it is empty';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]/.test(name)) return 'it holds control characters';
  if (/^([/\\]|[a-z]:)/i.test(name)) return 'it must be a name, not an absolute path';
  const parts = name.split(/[/\\]/);
  if (parts.some((part) => part === '..' || part === '.')) return 'it must not lead out of its folder';
  return undefined;
}

/** The problem with a `--phase`, likewise: a folder of the data set and part of the names of files. */
export function phaseFault(phase: string): string | undefined {
  return folderNameFault(phase) ?? (/[/\\]/.test(phase) ? 'it must be one folder, not a path' : undefined);
}

/** The problem with an `--epoch`, which becomes part of a file name (`<epoch>_net_G.safetensors`). */
export function epochFault(epoch: string): string | undefined {
  return /^(latest|best|\d+|iter_\d+)$/.test(epoch) ? undefined : 'it is none of latest, best, 20, iter_5000';
}
