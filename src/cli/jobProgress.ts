import { formatDuration } from '../base/duration.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { OnProgress, Progress } from '../base/progress.js';
import { cutToWidth } from '../base/textWidth.js';

/** Jobs quicker than this show no progress. */
const QUIET_MS = 1000;
const TERMINAL_MS = 100;
const LINES_MS = 5000;

type Output = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * Shows a job's progress on stderr once it has taken a second: one line that is rewritten in a terminal, a line every
 * five seconds elsewhere.
 *
 * ```
 * downloading 31.2 of 229.0 MB (13 %), 4.1 MB/s, 48 s left
 * ```
 */
export class JobProgress {
  private readonly terminal: boolean;
  private stage = '';
  private stageStart = 0;
  private stageDone = 0;
  private lastShown: number;
  private shown = false;

  constructor(
    private readonly output: Output = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.terminal = output.isTTY === true;
    this.lastShown = now() + QUIET_MS - (this.terminal ? TERMINAL_MS : LINES_MS);
  }

  /** To be passed as `onProgress`. */
  readonly report: OnProgress = (progress) => {
    const now = this.now();
    if (progress.stage !== this.stage) {
      this.stage = progress.stage;
      this.stageStart = now;
      // A resumed download starts with bytes that this run did not fetch: they say nothing about the rate.
      this.stageDone = progress.done;
    }
    if (now - this.lastShown < (this.terminal ? TERMINAL_MS : LINES_MS)) return;
    this.lastShown = now;
    this.shown = true;
    const line = describe(progress, (progress.done - this.stageDone) / ((now - this.stageStart) / 1000));
    if (!this.terminal) this.output.write(`${line}\n`);
    else this.output.write(`\r\u001b[2K${cutToWidth(line, (this.output.columns || 80) - 1)}`); // a wrapped line stays
  };

  /** Clears the line. */
  end(): void {
    if (this.terminal && this.shown) this.output.write('\r\u001b[2K');
  }
}

function describe({ stage, unit, done, total }: Progress, rate: number): string {
  const scale = unit === 'bytes' ? 1e6 : 1;
  const digits = unit === 'bytes' ? 1 : 0;
  const name = unit === 'bytes' ? 'MB' : unit;
  const amount = (value: number) => (value / scale).toFixed(digits);
  const known = Number.isFinite(rate) && rate > 0;
  const parts = [
    total === undefined
      ? `${stage} ${amount(done)} ${name}`
      : `${stage} ${amount(done)} of ${amount(total)} ${name} (${Math.floor((100 * done) / Math.max(1, total))} %)`,
  ];
  if (known) parts.push(`${(rate / scale).toFixed(1)} ${name}/s`);
  if (known && total !== undefined) parts.push(`${formatDuration((total - done) / rate)} left`);
  return parts.join(', ');
}

/** Runs a job with progress on stderr; Ctrl-C stops it in order, a second one at once. */
export async function runJob<T>(
  what: string,
  fix: string,
  job: (onProgress: OnProgress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const progress = new JobProgress();
  const interrupt = (signal: NodeJS.Signals) =>
    stop.abort(new Pix2PixError(`${what} was stopped`, { signal }, fix));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await job(progress.report, stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    progress.end();
  }
}
