import { Command } from 'commander';
import { summaryOf } from '../base/files/systemError.js';
import { LOOPBACK, MAX_PORT } from '../base/http/listen.js';
import {
  type DashboardServer,
  type DashboardSettings,
  DEFAULT_PORT,
  startDashboard,
} from '../records/dashboard/dashboardServer.js';
import { shownExamples } from './command.js';
import type { DashboardMessage } from './dashboardChild.js';
import { LOGDIR_HELP, logDirectory } from './logDirectory.js';
import { print } from './output.js';
import { watchSignals } from './signals.js';
import { wholeNumberIn } from './wholeNumber.js';

const ABOUT = [
  'Shows the runs below a folder in the browser: their curves, images and options, live while they train. Also reads',
  'what other programs wrote for TensorBoard. It is served from this machine, to this machine, unless --host says more.',
].join(' ');

const EXAMPLES = [
  'pix2pix dashboard',
  'pix2pix dashboard --logdir /data/runs --port 9000',
  'pix2pix dashboard --host 0.0.0.0     # for others too: it prints an address with a token',
];

/** From the one that is asked for on. */
const PORTS_TRIED = 10;

interface Flags {
  readonly logdir?: string;
  readonly port: number;
  readonly host: string;
  readonly token?: string;
}

/** `pix2pix dashboard`. */
export function dashboardCommand(): Command {
  return new Command('dashboard')
    .description(ABOUT)
    .option('--logdir <dir>', LOGDIR_HELP)
    .option('--port <n>', '0 for any that is free', wholeNumberIn(0, MAX_PORT), DEFAULT_PORT)
    .option(
      '--host <address>',
      'where to listen; anywhere but on this machine alone, a token is required',
      LOOPBACK,
    )
    .option(
      '--token <text>',
      'what visitors have to show, 16 characters or more (default: made up where one is required)',
    )
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async ({ logdir, ...flags }: Flags) => {
      const folder = await logDirectory(logdir);
      const settings = { logDirectory: folder, ...flags };
      if (process.send !== undefined) return serveTraining(settings, process.send.bind(process));
      const server = await startDashboard(settings);
      print(`dashboard of ${folder}: ${server.url}\nCtrl-C ends it`);
      await new Promise<void>((resolve) => watchSignals(() => resolve(), 'closing the dashboard'));
      await server.close();
    });
}

/** Started along with a training, which is told how it goes: a port that is taken is no reason to have no page. */
async function serveTraining(
  settings: DashboardSettings,
  tell: (message: DashboardMessage) => void,
): Promise<void> {
  try {
    const server = await startOnFreePort(settings);
    tell({ url: server.url });
    await new Promise((resolve) => process.once('disconnect', resolve));
    await server.endWithTraining();
  } catch (error) {
    tell({ failure: summaryOf(error) });
    process.disconnect();
  }
}

async function startOnFreePort(settings: DashboardSettings): Promise<DashboardServer> {
  for (let tries = 1; ; tries++) {
    const port = (settings.port ?? DEFAULT_PORT) + tries - 1;
    try {
      return await startDashboard({ ...settings, port });
    } catch (error) {
      if (tries === PORTS_TRIED || port >= MAX_PORT) throw error;
    }
  }
}
