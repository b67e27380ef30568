import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { requestStop } from '../records/writing/runRequests.js';
import type { JsonLine } from '../training/report/jsonReport.js';
import type { RunOutcome } from '../training/sweep/runSweep.js';

/** Of what a training says on its error stream, so much is kept to tell why it failed. */
const KEPT = 4000;

interface ChildSettings {
  readonly folder: string;
  readonly stop: AbortSignal;
  onLine(line: JsonLine): void;
  onWarning(text: string): void;
}

/**
 * Trains in a process of its own: whatever one run of a sweep does to its process, the others go on.
 * @param argv what follows `pix2pix train`; its report is JSON
 */
export function trainInProcess(argv: readonly string[], settings: ChildSettings): Promise<RunOutcome> {
  const { folder, stop, onLine, onWarning } = settings;
  const program = fileURLToPath(new URL('../../../bin/pix2pix.js', import.meta.url)); // from dist/src/cli
  const child = spawn(process.execPath, [program, 'train', ...argv, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => askToStop(child, folder);
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  let [began, errors] = [false, ''];
  let last: JsonLine | undefined;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = parseLine(text);
    if (line === undefined) return;
    began ||= line.event === 'started';
    last = line;
    onLine(line);
  });
  createInterface({ input: child.stderr }).on('line', (text) => {
    if (text.startsWith('warning: ')) onWarning(text.slice('warning: '.length));
    else errors = `${errors}${text}\n`.slice(-KEPT);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ end: 'failed', message: error.message, began: false }));
    child.once('close', (code, signal) => {
      stop.removeEventListener('abort', end);
      const reason = last?.event === 'ended' ? last.reason : undefined;
      const isCutShort = stop.aborted && signal !== null; // before it could end in good order
      if (reason === 'finished' || reason === 'max_steps') resolve({ end: 'done' });
      else if (reason === 'stopped' || isCutShort) resolve({ end: 'stopped' });
      else {
        const told = errors.trim().replace(/^error: /, '');
        resolve({ end: 'failed', message: told || `its process ended by ${signal ?? code}`, began });
      }
    });
  });
}

/** In good order, as Ctrl-C does; Windows has no signals, and there a training is asked by a file. */
function askToStop(child: ChildProcess, folder: string): void {
  if (process.platform === 'win32') requestStop(folder);
  else child.kill('SIGTERM');
}

function parseLine(text: string): JsonLine | undefined {
  try {
    return JSON.parse(text) as JsonLine;
  } catch {
    return undefined; // cut off by a crash
  }
}
