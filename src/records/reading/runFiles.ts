import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_LOG_FILE } from '../writing/runLog.js';
import { RUN_RECORD_FILE } from '../writing/runRecord.js';
import { openRegular } from './openRegular.js';
import type { Run } from './run.js';
import type { RunFile } from './runSummary.js';

const MAX_FILES = 5000;
const MAX_DEPTH = 6;

/** A file that is being written, which gets its name when it is whole. */
const UNFINISHED = /^\..+\.tmp$/;

/** The run's files, in the order of their names: no links, no unfinished ones, and none of a run that lies below it. */
export async function listRunFiles({ folder }: Run): Promise<RunFile[]> {
  const files: RunFile[] = [];
  const walk = async (relative: string, depth: number): Promise<void> => {
    const entries = await readdir(join(folder, relative), { withFileTypes: true }).catch(() => []);
    if (relative !== '' && entries.some(({ name }) => name === RUN_RECORD_FILE)) return;
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= MAX_FILES) return;
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory() && depth < MAX_DEPTH) await walk(path, depth + 1);
      if (!entry.isFile() || UNFINISHED.test(entry.name)) continue;
      const stat = await lstat(join(folder, path)).catch(() => undefined);
      if (stat !== undefined) files.push({ path, bytes: stat.size, modifiedAt: stat.mtimeMs });
    }
  };
  await walk('', 0);
  return files;
}

/** The end of what the training said, whole lines of it; of its losses where that was not kept. Empty without either. */
export async function readLogTail(run: Run, bytes: number): Promise<{ text: string; isCut: boolean }> {
  return (
    (await tailOf(run, RUN_LOG_FILE, bytes)) ??
    (await tailOf(run, 'loss_log.txt', bytes)) ?? { text: '', isCut: false }
  );
}

async function tailOf({ folder }: Run, name: string, bytes: number) {
  const handle = await openRegular(join(folder, name)).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const text = buffer.toString('utf8', 0, bytesRead);
    return { text: from > 0 ? text.slice(text.indexOf('\n') + 1) : text, isCut: from > 0 };
  } finally {
    await handle.close();
  }
}
