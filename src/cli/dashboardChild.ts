import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
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
 * @param patience milliseconds after which this returns, though neither is known yet; it is told later then
 */
export async function startDashboardProcess(
  logDirectory: string,
  port: number,
  say: (text: string) => void,
  patience = PATIENCE,
): Promise<void> {
  const program = fileURLToPath(new URL('../../../bin/pix2pix.js', import.meta.url)); // from dist/src/cli
  const child = fork(program, ['dashboard', '--logdir', logDirectory, '--port', String(port)], {
    detached: true, // Ctrl-C is for the training, which the page may see to its end
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  const first = firstMessage(child).then(inWords);
  const text = await Promise.race([first, sleep(patience, undefined, { ref: false })]);
  child.unref();
  child.channel?.unref();
  if (text !== undefined) return say(text);
  say('the dashboard has not started yet; training goes on without waiting for it');
  void first.then((late) => say(`\n${late}`)); // a line of the training may have been begun
}

function inWords(message: DashboardMessage): string {
  return 'failure' in message
    ? `warning: there is no dashboard: ${message.failure}; training goes on`
    : `dashboard: ${message.url}`;
}

function firstMessage(child: ChildProcess): Promise<DashboardMessage> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as DashboardMessage));
    child.on('error', (error) => resolve({ failure: summaryOf(error) }));
    child.once('exit', (code) => resolve({ failure: `its process ended with code ${code}` }));
    try {
      if (child.pid !== undefined) setPriority(child.pid, PRIORITY);
    } catch {
      // It runs at the priority of this one.
    }
  });
}
