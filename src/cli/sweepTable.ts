import { dirname } from 'node:path';
import { readField } from '../records/reading/fields.js';
import { isHigherBetter } from '../records/reading/metricDirection.js';
import { groupRuns } from '../records/reading/runGroups.js';
import { openRuns } from '../records/reading/runIndex.js';
import { type Spread, spreadOf } from '../records/reading/spread.js';
import type { SweepRecord } from '../records/writing/sweepRecord.js';
import { type Column, columnsOf, formatTable } from './terminalTable.js';

interface Row {
  readonly name: string;
  readonly runs: number;
  readonly spread: Spread | undefined;
}

/**
 * The combinations of a sweep with the best values that their runs have come to, the best first: mean and standard
 * deviation over seeds.
 *
 * @param checkpoints the log directory
 */
export async function describeSweep(name: string, plan: SweepRecord, checkpoints: string): Promise<string> {
  const index = await openRuns(checkpoints);
  const runs = index.list().filter(({ id }) => dirname(id) === name);
  index.close();
  const fields = plan.varied.filter((flag) => flag !== 'seed');
  const rows = groupRuns(runs, fields).map(({ name, runs }): Row => {
    const values = runs.map((run) => Number(readField(run, `best(${plan.metric})`)[0]));
    return { name: name || 'all', runs: runs.length, spread: spreadOf(values) };
  });
  if (!rows.some(({ spread }) => spread !== undefined)) return `no run has ${plan.metric} yet`;
  const sign = isHigherBetter(plan.metric) ? -1 : 1;
  const rank = ({ spread }: Row) => (spread === undefined ? Number.POSITIVE_INFINITY : sign * spread.mean);
  rows.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  const columns: Column<Row>[] = [
    { title: 'OPTIONS', text: (row) => row.name, shrinkTo: 30 },
    { title: `best ${plan.metric}`, text: ({ spread }) => shown(spread?.mean), alignRight: true },
    {
      title: '±',
      text: ({ spread }) => (spread?.deviation === undefined ? '' : shown(spread.deviation)),
      alignRight: true,
    },
    { title: 'RUNS', text: (row) => `${row.runs}`, alignRight: true },
  ];
  return formatTable(columns, rows, columnsOf(process.stdout), false).join('\n');
}

function shown(value: number | undefined): string {
  return value === undefined ? '' : value.toPrecision(4);
}
