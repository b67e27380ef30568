import { constants } from 'node:os';
import { stopLiveTrainings } from '../training/liveTrainings.js';
import { isHangUpIgnored } from './hangUp.js';
import { printError } from './output.js';

/** The signals that end a program in order: Ctrl-C, `kill`, and a closed terminal. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Under a program that passes signals on to its child, one Ctrl-C arrives twice: from the terminal, which signals its
 * whole process group, and from that program. A second Ctrl-C of a user comes later than this.
 */
const ECHO_MILLISECONDS = 300;
/** A process that still runs after so long is not ended by signals. */
const SURVIVED_MILLISECONDS = 500;

/** A watch that has been set; `signal` is what has stopped the work, if anything has. */
export interface SignalWatch {
  readonly signal: StopSignal | undefined;
  /** Back to Node's own handling: end at once. */
  dispose(): void;
}

/**
 * Lets work end in good order: the first signal says so and calls `onStop`, the second one ends the process at once,
 * as that signal would have ended it without us (for shells 130 for Ctrl-C, 143 for SIGTERM). A terminal that is closed
 * says so as often as it likes, since nobody is there any more who could be waiting; under `nohup` it is not heard.
 *
 * @param onStop called once; the work is to stop after its current step and save
 * @param notice what a person is told then; nothing where it is empty
 */
export function watchSignals(
  onStop: (signal: StopSignal) => void,
  notice = 'finishing the step, then saving; press Ctrl-C again to stop at once (the last checkpoint stays)',
): SignalWatch {
  let first: { readonly signal: StopSignal; readonly at: number } | undefined;
  const handle = (signal: StopSignal) => {
    const now = performance.now();
    if (first === undefined) {
      first = { signal, at: now };
      if (notice !== '') printError(`\n${notice}`);
      onStop(signal);
    } else if (signal !== 'SIGHUP' && now - first.at > ECHO_MILLISECONDS) {
      dispose();
      endAtOnce(signal);
    }
  };
  const heard = isHangUpIgnored() ? SIGNALS.filter((signal) => signal !== 'SIGHUP') : SIGNALS;
  const dispose = () => {
    for (const signal of heard) process.off(signal, handle);
    if (first?.signal === 'SIGHUP') process.on('SIGHUP', () => {}); // it may come again while the process ends
  };
  for (const signal of heard) process.on(signal, handle);
  return {
    get signal() {
      return first?.signal;
    },
    dispose,
  };
}

/**
 * Calls `onSave` for SIGUSR1, by which Slurm warns of the end of a job's time (`--signal=USR1@120`). Windows has no such
 * signal.
 */
export function saveOnSignal(onSave: () => void): void {
  if (process.platform !== 'win32') process.on('SIGUSR1', onSave);
}

/**
 * Ends the process as the signal would have done. Not by process.exit: it waits for a thread's step to end, and then ONNX
 * Runtime, whose thread is being ended under it, aborts the process with a core dump. A container's process 1 alone survives
 * a signal of its own; a training is left to finish its step there.
 */
export function endAtOnce(signal: StopSignal): void {
  process.kill(process.pid, signal);
  setTimeout(() => stopLiveTrainings() || process.exit(exitCodeOf(signal)), SURVIVED_MILLISECONDS);
}

/** 128 + the signal's number, as shells report it. */
export function exitCodeOf(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}
