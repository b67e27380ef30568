import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { serverAddressFault } from '../options/serverAddress.js';
import type { RunDetail } from '../records/reading/runSummary.js';
import { mlflowTracker } from '../records/writing/remote/mlflow/mlflowTracker.js';
import { syncRun } from '../records/writing/remote/syncRun.js';
import { chosenRun, openLogDirectory } from './chosenRun.js';
import { shownExamples } from './command.js';
import { LOGDIR_HELP } from './logDirectory.js';
import { print, printError } from './output.js';
import { untilSignal } from './untilSignal.js';

const ABOUT = [
  'Sends runs to an MLflow server: all that it has not got yet, because it was away, or because the run never reported',
  'to it. Nothing is sent twice. Credentials are taken from MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN.',
].join(' ');

const EXAMPLES = [
  'pix2pix runs sync facades_pix2pix',
  'pix2pix runs sync facades_pix2pix facades_lr --mlflow_uri http://127.0.0.1:5000 --mlflow_experiment facades',
];

interface Flags {
  readonly logdir?: string;
  readonly mlflow_uri?: string;
  readonly mlflow_experiment?: string;
}

/** `pix2pix runs sync`. */
export function runsSyncCommand(setExitCode: (code: number) => void): Command {
  return new Command('sync')
    .summary('send to MLflow what it has missed')
    .description(ABOUT)
    .argument('<run...>', 'runs, by their folders below --logdir')
    .option('--logdir <dir>', LOGDIR_HELP)
    .option('--mlflow_uri <url>', 'the server (default: the one that the run reports to)', address)
    .option('--mlflow_experiment <name>', "the experiment there (default: the run's own, or else pix2pix)")
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async (names: string[], flags: Flags) => {
      const index = await openLogDirectory(flags.logdir);
      const runs = names.map((name) => chosenRun(index, name));
      const notice = 'stopping; the same command goes on from here';
      setExitCode(await untilSignal((signal) => syncAll(index.logDirectory, runs, flags, signal), notice));
    });
}

async function syncAll(
  folder: string,
  runs: readonly RunDetail[],
  flags: Flags,
  signal: AbortSignal,
): Promise<void> {
  for (const { summary } of runs) {
    const { id, options } = summary;
    const uri = flags.mlflow_uri ?? options.mlflow_uri;
    const experiment = flags.mlflow_experiment ?? options.mlflow_experiment ?? 'pix2pix';
    if (typeof uri !== 'string' || uri === '') {
      throw new Pix2PixError(`${id} reports to no server`, {}, 'pass --mlflow_uri http://127.0.0.1:5000');
    }
    const tracker = mlflowTracker(uri, String(experiment));
    try {
      const say = (text: string) => printError(`warning: ${text}`);
      const isNew = await syncRun(join(folder, id), tracker, { signal, say });
      print(isNew ? `${id}: sent to ${tracker.name}` : `${id}: ${tracker.name} has all of it`);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}

function address(text: string): string {
  const fault = serverAddressFault(text);
  if (fault !== undefined) throw new InvalidArgumentError(fault);
  return text;
}
