import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { fileError } from '../../base/files/systemError.js';
import { CheckpointStore } from '../../checkpoints/store.js';
import { describeDiff, diffOptions } from '../../options/diff.js';
import { isSecret } from '../../options/secrets.js';
import { TRAIN_OPTIONS } from '../../options/trainOptions.js';
import { RUN_RECORD_FILE } from '../../records/writing/runRecord.js';
import { parseRunRecord } from '../../records/writing/runRecordFile.js';
import { SWEEP_FILE, type SweepRecord } from '../../records/writing/sweepRecord.js';

/** How far a run of a sweep is: `begun` has a checkpoint to go on from. */
export type RunProgress = 'new' | 'begun' | 'done' | 'failed';

/**
 * Begins a sweep in its folder, or goes on with the one that is there, to which runs may have been added.
 *
 * @throws Pix2PixError where the folder holds a sweep whose runs were trained with other options, or something else
 */
export function beginSweep(folder: string, plan: SweepRecord): void {
  const path = join(folder, SWEEP_FILE);
  if (existsSync(path)) refuseOtherOptions(path, plan);
  else if (existsSync(join(folder, RUN_RECORD_FILE)))
    throw new Pix2PixError('a run has the name of the sweep', { folder }, 'give the sweep another name');
  writeFileAtomic(path, `${JSON.stringify({ ...plan, options: withoutSecret(plan.options) }, null, 2)}\n`);
}

/** How far a run is, by what its folder holds. Throws Pix2PixError where that cannot be read. */
export function progressOf(runFolder: string): RunProgress {
  const path = join(runFolder, RUN_RECORD_FILE);
  const exit = existsSync(path) ? parseRunRecord(textOf(path)).sessions.at(-1)?.exit : undefined;
  if (exit?.reason === 'finished' || exit?.reason === 'max_steps') return 'done';
  if (exit?.reason === 'failed') return 'failed';
  return hasCheckpoint(runFolder) ? 'begun' : 'new';
}

/** Whether there is a checkpoint to go on from. */
export function hasCheckpoint(runFolder: string): boolean {
  const listed = new CheckpointStore(runFolder, { onWarning: () => {} }).list();
  return listed.some(({ tag, manifest }) => tag === 'latest' && manifest !== undefined);
}

/** Runs that are compared must differ in what they are to differ in, and in nothing else. */
function refuseOtherOptions(path: string, plan: SweepRecord): void {
  const before = parseSweep(path);
  const differences = diffOptions(before.options, withoutSecret(plan.options));
  const varied = [before, plan].map((each) => [...each.varied].sort().join(', '));
  if (differences.length === 0 && varied[0] === varied[1]) return;
  const facts = describeDiff(differences, ['begun with', 'now']);
  const parameters: Record<string, string> =
    varied[0] === varied[1] ? {} : { parameters: `begun with ${varied[0]}, now ${varied[1]}` };
  throw new Pix2PixError(
    'a sweep of this name was begun with other options',
    { sweep: path, ...facts, ...parameters },
    'put them back as they were (values, seeds and draws may be added), or give the sweep another name',
  );
}

function withoutSecret(options: SweepRecord['options']): SweepRecord['options'] {
  return Object.fromEntries(Object.entries(options).filter(([flag]) => !isSecret(flag, TRAIN_OPTIONS)));
}

function parseSweep(path: string): SweepRecord {
  try {
    const record = JSON.parse(textOf(path)) as Partial<SweepRecord> | null;
    if (record?.format === 1 && Array.isArray(record.runs) && Array.isArray(record.varied))
      return { ...record, options: record.options ?? {} } as SweepRecord;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Pix2PixError('the record of the sweep is damaged', { path }, 'move it away; the runs stay');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, 'cannot be read', path);
  }
}
