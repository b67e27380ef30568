import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MachineError } from '../../base/errors/machineError.js';
import { receiveError, type SentError } from '../../base/errors/sentError.js';
import type { ThreadOptions } from './computeThread.js';

/** What the process is told. */
export interface PlaygroundOrder {
  readonly source: string;
  readonly options: ThreadOptions;
  /** The folder that it writes. */
  readonly out: string;
}

export interface PlaygroundAnswer {
  readonly failure?: SentError;
}

const PROGRAM = fileURLToPath(new URL('./playgroundProcess.js', import.meta.url));

/**
 * Writes a folder as `export --format web` does. A process of its own does it, while translations go on: unlike a thread it
 * can be ended whatever it is doing.
 *
 * @param signal ends it; its reason is the error
 * @param program that is run instead, in tests
 * @throws what `exportGenerator` throws
 */
export async function writePlayground(
  order: PlaygroundOrder,
  signal: AbortSignal,
  program = PROGRAM,
): Promise<void> {
  signal.throwIfAborted();
  const child = fork(program, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  child.send(order, () => {}); // where it has failed, the process has ended
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', end);
  try {
    let answer: PlaygroundAnswer | undefined;
    child.once('message', (message) => {
      answer = message as PlaygroundAnswer;
      end(); // nothing is left to be done
    });
    const [code, by] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (...ending) => resolve(ending));
    });
    if (answer?.failure !== undefined) throw receiveError(answer.failure);
    if (answer !== undefined) return;
    signal.throwIfAborted();
    throw by === null ? new Error(`the process that writes a playground ended with ${code}`) : killed(by);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** As the system and V8 do it to a process for which there is no memory left. */
function killed(by: string): MachineError {
  const fix = 'end other programs, or choose a machine with more memory';
  return new MachineError('the process that writes a playground was ended', { by }, fix, true);
}
