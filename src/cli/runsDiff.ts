import { Command } from 'commander';
import { plainLine, plainText } from '../base/errors/plainText.js';
import { compareRuns, type RunDifference } from '../records/reading/compareRuns.js';
import type { RunDetail } from '../records/reading/runSummary.js';
import { chosenRun, openLogDirectory } from './chosenRun.js';
import { shownExamples } from './command.js';
import { LOGDIR_HELP } from './logDirectory.js';
import { printStyled } from './output.js';
import { type Column, columnsOf, formatTable, hasColours } from './terminalTable.js';

const ABOUT = [
  'Shows what differs between two runs as they were last trained: options, the code (git commit), versions, machine,',
  'data, networks, and then what came of it.',
].join(' ');

const EXAMPLES = [
  'pix2pix runs diff facades_pix2pix facades_lr',
  'pix2pix runs diff facades_pix2pix facades_lr --json',
];

/** `pix2pix runs diff`. */
export function runsDiffCommand(): Command {
  return new Command('diff')
    .summary('what changed between two runs')
    .description(ABOUT)
    .argument('<A>', 'a run, by its folder below --logdir')
    .argument('<B>', 'another one')
    .option('--logdir <dir>', LOGDIR_HELP)
    .option('--json', 'as JSON', false)
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async (a: string, b: string, { logdir, json }: { logdir?: string; json: boolean }) => {
      const index = await openLogDirectory(logdir);
      const [left, right] = [chosenRun(index, a), chosenRun(index, b)];
      const differences = compareRuns(left, right);
      const ids = { a: left.summary.id, b: right.summary.id };
      const text = json
        ? plainText(JSON.stringify({ ...ids, differences }, null, 2))
        : describe(left, right, differences);
      printStyled(text);
    });
}

function describe(a: RunDetail, b: RunDetail, differences: readonly RunDifference[]): string {
  const [nameA, nameB] = [a.summary.id, b.summary.id];
  const unknown = [a, b]
    .filter(({ sessions }) => sessions.length === 0)
    .map(({ summary }) => `${summary.id} has no run.json: its options, code and machine are not known`);
  if (differences.length === 0)
    return plainText([...unknown, `nothing differs between ${nameA} and ${nameB}`].join('\n'));
  const causes = differences.filter(({ of }) => of !== 'metrics');
  const same = causes.length === 0 ? ['only what came of them differs:'] : [];
  return [...unknown.map(plainLine), ...same, ...table(differences, nameA, nameB)].join('\n');
}

/** One table, in which each kind of difference has a heading. */
function table(differences: readonly RunDifference[], a: string, b: string): string[] {
  const rows = differences.flatMap((difference, i) => {
    const isFirst = differences[i - 1]?.of !== difference.of;
    return isFirst ? [{ of: difference.of, name: '' }, difference] : [difference];
  });
  const columns: Column<RunDifference>[] = [
    {
      title: '',
      text: ({ of, name }) => (name === '' ? of : `  ${name}`),
      colour: ({ name }) => (name === '' ? 'bold' : undefined),
    },
    { title: a, text: (row) => (row.name === '' ? '' : shown(row.a)), shrinkTo: 20 },
    { title: b, text: (row) => (row.name === '' ? '' : shown(row.b)), shrinkTo: 20 },
  ];
  return formatTable(columns, rows, columnsOf(process.stdout), hasColours(process.stdout));
}

function shown(value: RunDifference['a']): string {
  if (value === undefined || value === null) return '-';
  if (value === '') return "''";
  const isMeasured = typeof value === 'number' && !Number.isSafeInteger(value); // counts are exact
  return isMeasured ? String(Number(value.toPrecision(6))) : String(value);
}
