import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { summaryOf } from '../base/files/systemError.js';

/** Training begins after so many ms, whether the page is there or not. */
const PATIENCE = 10_000;
/** As `nice` counts: training comes first. */
const PRIORITY = 10;

/** The message of the dashboard's process to the training that started it. */
export type DashboardMessage = { readonly url: string } | { readonly failure: string };

/**
 * Starts `pix2pix dashboard` along with a training, in a process of its own: whatever happens to it, training goes on.
 * It ends when this process ends.
 *
 * @param say is told where the page is, or why there is none
 */
export async function startDashboardProcess(
  logDirectory: string,
  port: number,
  say: (text: string) => void,
): Promise<void> {
  const program = fileURLToPath(new URL('../../../bin/pix2pix.js', import.meta.url)); // from dist/src/cli
  const child = fork(program, ['dashboard', '--logdir', logDirectory, '--port', String(port)], {
    detached: true, // Ctrl-C is for the training, which the page may see to its end
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  const message = await firstMessage(child);
  child.unref();
  child.channel?.unref();
  if (message === undefined)
    say('the dashboard has not started yet; training goes on without waiting for it');
  else if ('failure' in message) say(`warning: there is no dashboard: ${message.failure}; training goes on`);
  else say(`dashboard: ${message.url}`);
}

function firstMessage(child: ChildProcess): Promise<DashboardMessage | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), PATIENCE);
    const end = (message: DashboardMessage) => {
      clearTimeout(timer);
      resolve(message);
    };
    child.once('message', (message) => end(message as DashboardMessage));
    child.on('error', (error) => end({ failure: summaryOf(error) }));
    child.once('exit', (code) => end({ failure: `its process ended with code ${code}` }));
    try {
      if (child.pid !== undefined) setPriority(child.pid, PRIORITY);
    } catch {
      // It runs at the priority of this one.
    }
  });
}
