import type { Writable } from 'node:stream';
import { plainLine, plainText } from '../../base/errors/plainText.js';
import type { Scalars } from './tracker.js';

/** How far training is. */
export interface Progress {
  readonly epoch: number;
  readonly nEpochs: number;
  /** Of `total` in this epoch. */
  readonly iteration: number;
  readonly total: number;
  readonly itersPerSecond: number;
  readonly etaSeconds: number;
  readonly losses: Scalars;
}

/** The part of a terminal's stream that is used. */
export type ProgressStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The eye sees no more, and a slow terminal shows no more. */
const REDRAW_MILLISECONDS = 66;
const CLEAR = '\r\x1b[K';

/**
 * One line at the foot of a terminal that is redrawn in place, with messages above it. Where the stream is no terminal
 * there is no such line (`live` is false): `update` does nothing and `message` writes plain lines.
 *
 * A reader that goes away (`pix2pix train | head`) ends the display and nothing else.
 */
export class ProgressLine {
  /** Whether `update` shows anything. */
  readonly live: boolean;
  private readonly colors: boolean;
  private progress: Progress | undefined;
  private drawnAt = 0;
  private broken = false;

  /** @param environment NO_COLOR (https://no-color.org) and TERM are looked at */
  constructor(
    private readonly stream: ProgressStream,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.live = stream.isTTY === true && environment.TERM !== 'dumb';
    this.colors = this.live && !environment.NO_COLOR;
    stream.on('error', this.fail);
  }

  /** Shows the state of training. May be called as often as one likes. */
  update(progress: Progress): void {
    this.progress = progress;
    if (this.live && Date.now() - this.drawnAt >= REDRAW_MILLISECONDS) this.write(this.line());
  }

  /** Writes lines that stay, above the progress line. Control characters are escaped: a text may quote a file's name. */
  message(text: string): void {
    const plain = `${plainText(text)}\n`;
    this.write(this.live && this.progress ? `${CLEAR}${plain}${this.line()}` : plain);
  }

  /** Leaves the last state standing and lets go of the stream. */
  done(): void {
    if (this.live && this.progress) this.write(`${this.line()}\n`);
    this.progress = undefined;
    // a write that is still under way may yet meet a closed pipe, so the listener stays until one has succeeded
    this.write('', (error) => {
      if (!error) this.stream.off('error', this.fail);
    });
  }

  private readonly fail = (): void => {
    this.broken = true;
  };

  private write(text: string, written?: (error?: Error | null) => void): void {
    if (this.broken || this.stream.destroyed || this.stream.writableEnded) return;
    this.drawnAt = Date.now();
    this.stream.write(text, written);
  }

  /** Written at once, and cleared only behind the text, so that nothing flickers. */
  private line(): string {
    const columns = Math.max(20, this.stream.columns || 80) - 1; // a full line would wrap on some terminals
    const text = describe(this.progress!, columns);
    const painted = this.colors ? text.replace(/^epoch \S+/, '\x1b[1m$&\x1b[22m') : text;
    return `\r${painted}\x1b[K`;
  }
}

/** `epoch 3/200  120/400  1.63 it/s  ETA 2:31:07  G_GAN 0.913  G_L1 28.114`, cut to the width. */
function describe(progress: Progress, columns: number): string {
  const { epoch, nEpochs, iteration, total, itersPerSecond, etaSeconds, losses } = progress;
  const width = String(total).length;
  const parts = [
    `epoch ${epoch}/${nEpochs}`,
    `${String(iteration).padStart(width)}/${total}`,
    `${itersPerSecond.toFixed(2)} it/s`,
    `ETA ${formatDuration(etaSeconds)}`,
    ...Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(3)}`),
  ];
  const text = plainLine(parts.join('  '));
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

/** `0:07`, `12:05`, `2:31:07`, `3d 04:05`; `--:--` while it is not known. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '--:--';
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const [days, hours, minutes] = [
    Math.floor(whole / 86400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${days}d ${two(hours)}:${two(minutes)}`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(whole % 60)}`;
  return `${minutes}:${two(whole % 60)}`;
}
