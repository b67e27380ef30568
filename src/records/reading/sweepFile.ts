import { dirname, join } from 'node:path';
import { SWEEP_FILE, type SweepRecord } from '../writing/sweepRecord.js';
import { readSmallFile } from './openRegular.js';
import type { SweepOfRun } from './runSummary.js';

const MAX_BYTES = 1 << 22;
const MAX_VARIED = 100;
const MAX_TEXT = 1000;

/**
 * The sweep that a run belongs to: what the folder that it lies in says. Undefined where that is none.
 *
 * @param id of the run
 * @throws Error saying what is wrong with the file
 */
export async function readSweepOf(runFolder: string, id: string): Promise<SweepOfRun | undefined> {
  if (id === '.') return undefined;
  const text = await readSmallFile(join(dirname(runFolder), SWEEP_FILE), MAX_BYTES);
  if (text === undefined) return undefined;
  const { metric, varied, runs } = (JSON.parse(text) ?? {}) as Partial<SweepRecord>;
  const isText = (value: unknown) => typeof value === 'string' && value.length <= MAX_TEXT;
  const isSweep =
    isText(metric) && Array.isArray(varied) && varied.length <= MAX_VARIED && varied.every(isText);
  if (!isSweep || !Array.isArray(runs)) throw new Error('it is no record of a sweep');
  return { id: dirname(id), runs: runs.length, varied, metric: metric! };
}
