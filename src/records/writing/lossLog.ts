import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { plainLine } from '../../base/errors/plainText.js';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';
import type { Scalars, StepTime, TrackPoint } from './tracker.js';

/**
 * `loss_log.txt` in the run's folder, line for line as the reference writes it (util/visualizer.py,
 * print_current_losses, before the releases that put the rank in front), so that the scripts that plot it go on
 * working. A run that goes on appends under a header of its own.
 */
export class LossLog {
  readonly path: string;

  /**
   * Creates `directory` and writes the header.
   *
   * @throws Pix2PixError where that cannot be
   */
  constructor(directory: string, now = new Date()) {
    this.path = join(directory, 'loss_log.txt');
    this.append(`================ Training Loss (${asctime(now)}) ================`);
  }

  losses(at: TrackPoint, values: Scalars, time: StepTime): void {
    this.append(formatLosses(at, values, time));
  }

  /** Each line is opened, written and closed, so that a log moved or pruned meanwhile begins again. */
  private append(line: string): void {
    try {
      makeFolder(dirname(this.path));
      appendFileSync(this.path, `${plainLine(line)}\n`);
    } catch (error) {
      throw fileError(error, 'the loss log cannot be written', this.path);
    }
  }
}

/**
 * `(epoch: 1, iters: 100, time: 0.612, data: 0.003) G_GAN: 0.913 G_L1: 28.114 ` with the blank at the end that the
 * reference leaves; also what training prints where there is no terminal.
 */
export function formatLosses({ epoch, iteration }: TrackPoint, values: Scalars, time: StepTime): string {
  const { computeSeconds, dataSeconds } = time;
  const place = `(epoch: ${epoch}, iters: ${iteration}, time: ${fixed(computeSeconds)}, data: ${fixed(dataSeconds)}) `;
  const losses = Object.entries(values).map(([name, value]) => `${name}: ${fixed(value)} `);
  return place + losses.join('');
}

/** Python's %.3f. */
function fixed(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Math.abs(value) < 1e21 ? value.toFixed(3) : `${BigInt(value)}.000`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local time as C's `%c` gives it: `Sun Nov  1 05:32:04 2026`. */
function asctime(date: Date): string {
  const day = String(date.getDate()).padStart(2);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) =>
    String(n).padStart(2, '0'),
  );
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${clock.join(':')} ${date.getFullYear()}`;
}
