import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, summaryOf } from '../../base/files/systemError.js';
import { RUN_RECORD_FILE } from '../writing/runRecord.js';
import { isEventFile } from './eventLog.js';

/** How deep below the log directory runs are searched for, and how many folders are visited. */
const MAX_DEPTH = 6;
const MAX_FOLDERS = 20_000;
const MAX_RUNS = 2000;

export interface FoundRuns {
  /** Folders of runs, relative to the log directory, with `/`; `.` for itself. In the order of their names. */
  readonly ids: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Finds the folders that hold a run: those with `run.json` or event files. Links are not followed, so that nothing
 * outside of the log directory is found; folders that begin with a dot are skipped, and so are the pages of a run, which
 * may have any number of images.
 *
 * @throws where the log directory cannot be read
 */
export async function findRuns(logDirectory: string): Promise<FoundRuns> {
  const ids: string[] = [];
  const problems: string[] = [];
  let folders = 0;
  const walk = async (id: string, depth: number, mayBePages = false): Promise<void> => {
    if (++folders > MAX_FOLDERS || ids.length >= MAX_RUNS) return;
    const entries = await readdir(join(logDirectory, id), { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    const isOurs = names.includes(RUN_RECORD_FILE);
    if (isOurs || names.some(isEventFile)) ids.push(id);
    if (depth === MAX_DEPTH || (mayBePages && !isOurs)) return;
    const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
    for (const name of below.map((entry) => entry.name).sort()) {
      const child = id === '.' ? name : `${id}/${name}`;
      await walk(child, depth + 1, isOurs && name === 'web').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT')
          problems.push(`${child}: ${summaryOf(fileError(error, 'cannot be read', child))}`);
      });
    }
  };
  await walk('.', 0);
  if (folders > MAX_FOLDERS) problems.push(`more than ${MAX_FOLDERS} folders: not all have been looked at`);
  if (ids.length >= MAX_RUNS) problems.push(`more than ${MAX_RUNS} runs: the others are not shown`);
  return { ids, problems: problems.slice(0, 20) };
}
