import { Command } from 'commander';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { nearestName } from '../options/nearest.js';
import { compareByField, fieldsOf, readField } from '../records/reading/fields.js';
import { filterRuns } from '../records/reading/filter.js';
import type { RunSummary } from '../records/reading/runSummary.js';
import { openLogDirectory } from './chosenRun.js';
import { shownExamples } from './command.js';
import { LOGDIR_HELP, OF_DEMONSTRATION } from './logDirectory.js';
import { print, printError, printStyled } from './output.js';
import { runsDiffCommand } from './runsDiff.js';
import { runsExportCommand } from './runsExport.js';
import { runsSyncCommand } from './runsSync.js';
import { formatRuns } from './runsTable.js';

const ABOUT = [
  'Lists the runs below a folder: how they are doing, how far they are, and their metrics, newest first. Runs that other',
  'programs wrote for TensorBoard are among them. In a narrow terminal columns are left out; --json has everything.',
].join(' ');

const EXAMPLES = [
  'pix2pix runs',
  "pix2pix runs --filter 'lr > 1e-4 and netG = unet_256' --sort 'best(val/L1)'",
  "pix2pix runs --filter 'state = running' --metric loss/G_L1 --metric val/SSIM",
  "pix2pix runs --json --sort -started | jq '.[0].id'",
  'pix2pix runs diff facades_pix2pix facades_lr',
  'pix2pix runs export facades_pix2pix --out facades.html',
];

interface Flags {
  readonly logdir?: string;
  readonly filter: string;
  readonly sort: string;
  readonly metric: readonly string[];
  readonly all: boolean;
  readonly json: boolean;
}

/** `pix2pix runs`: without another word the list. */
export function runsCommand(setExitCode: (code: number) => void): Command {
  return new Command('runs')
    .description(ABOUT)
    .enablePositionalOptions() // diff and the others have a --logdir of their own
    .option('--logdir <dir>', LOGDIR_HELP)
    .option('--filter <text>', 'only runs that it lets through, as on the dashboard', '')
    .option(
      '--sort <field>',
      'an option, a metric, best(metric), name, state, ...; -field: largest first',
      '-updated',
    )
    .option('--metric <tag>', 'show this metric, instead of the usual ones; may be given again', collect, [])
    .option('--all', 'those too that are hidden on the dashboard', false)
    .option('--json', 'as JSON, one object a run', false)
    .addHelpText('after', shownExamples(EXAMPLES))
    .addHelpText('after', FILTER_HELP)
    .addCommand(runsDiffCommand())
    .addCommand(runsExportCommand())
    .addCommand(runsSyncCommand(setExitCode))
    .action(list);
}

const FILTER_HELP = `
Filters compare fields with values by = != < <= > >= and ~ (contains), joined by and, or, not and parentheses. Fields are
options (lr, netG), metrics (val/L1, best(val/L1)), name, state, step, epoch, progress, seconds, label, notes. A word
alone is looked for in names and labels.`;

async function list({ logdir, filter, sort, metric, all, json }: Flags): Promise<void> {
  const index = await openLogDirectory(logdir);
  const visible = index.list().filter(({ annotations }) => all || annotations.isHidden !== true);
  const runs = sorted(filterRuns(visible, filter), sort);
  if (json) return print(JSON.stringify(runs, null, 2));
  if (logdir === undefined && index.logDirectory === OF_DEMONSTRATION)
    printError(`the demonstration's runs, in ${OF_DEMONSTRATION}`);
  for (const problem of index.problems) printError(`warning: ${problem}`);
  if (runs.length === 0)
    return print(visible.length === 0 ? `no runs in ${index.logDirectory}` : 'no run passes the filter');
  printStyled(formatRuns(runs, metric, process.stdout));
}

function sorted(runs: readonly RunSummary[], sort: string): RunSummary[] {
  const field = sort.replace(/^-/, '');
  const known = fieldsOf(runs);
  if (runs.length > 0 && !known.includes(field)) {
    const near = nearestName(field, known);
    throw new Pix2PixError(
      `no run has ${field} to sort by`,
      { sort },
      near === undefined
        ? 'an option, a metric, best(metric), name, state, step, updated'
        : `did you mean ${near}?`,
    );
  }
  const order = (a: RunSummary, b: RunSummary) =>
    sort.startsWith('-') ? descending(a, b, field) : compareByField(a, b, field);
  return [...runs].sort((a, b) => order(a, b) || (a.id < b.id ? -1 : 1));
}

/** Largest first; runs without the field stay last. */
function descending(a: RunSummary, b: RunSummary, field: string): number {
  const [hasA, hasB] = [a, b].map((run) => readField(run, field).length > 0);
  return hasA && hasB ? compareByField(b, a, field) : compareByField(a, b, field);
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
