import type { DatasetRecord } from '../../records/writing/runRecord.js';

/**
 * What is different about the data set of a run that goes on, in words; undefined where it is the same, wherever it lies.
 *
 * @param before as the run's record has it from the last start
 */
export function datasetChange(before: DatasetRecord, now: DatasetRecord): string | undefined {
  const hasBoth = before.fingerprint !== undefined && now.fingerprint !== undefined;
  const isSame = !hasBoth || before.fingerprint === now.fingerprint;
  if (isSame && before.samples === now.samples) return undefined;
  const changed = [
    before.root !== now.root && `dataroot ${now.root}, ${before.root} before`,
    before.phase !== now.phase && `phase ${now.phase}, ${before.phase} before`,
    before.samples !== now.samples && `${now.samples} samples, ${before.samples} before`,
    hasBoth &&
      before.fingerprintOf !== now.fingerprintOf &&
      `${now.fingerprintOf}, ${before.fingerprintOf} before`,
  ].filter((each) => each !== false);
  const what = changed.length > 0 ? changed.join('; ') : `names or sizes among its ${now.samples} samples`;
  return `the data set has changed since this run was last started: ${what}; training goes on with what is there now`;
}
