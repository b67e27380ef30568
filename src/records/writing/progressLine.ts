import type { Writable } from 'node:stream';
import { formatClock } from '../../base/duration.js';
import { plainLine, plainText } from '../../base/errors/plainText.js';
import { cutToWidth } from '../../base/textWidth.js';
import type { Scalars } from './tracker.js';

/** How far training is. */
export interface ProgressFigures {
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

/** Often enough for the eye and for slow terminals. */
const REDRAW_MILLISECONDS = 66;
const CLEAR = '\r\x1b[K';

/**
 * The last line of a terminal, redrawn in place, with messages above it. Where the stream is no terminal there is no
 * such line (`live` is false): `update` does nothing and `message` writes plain lines.
 *
 * A reader that goes away (`pix2pix train | head`) ends the display and nothing else.
 */
export class ProgressLine {
  /** Whether `update` shows anything. */
  readonly live: boolean;
  private readonly colours: boolean;
  private progress: ProgressFigures | undefined;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private broken = false;

  /** @param environment NO_COLOR (https://no-color.org) and TERM are used */
  constructor(
    private readonly stream: ProgressStream,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.live = stream.isTTY === true && environment.TERM !== 'dumb';
    this.colours = this.live && !environment.NO_COLOR;
    stream.on('error', this.fail);
  }

  /** Shows the state of training. May be called as often as one likes. */
  update(progress: ProgressFigures): void {
    this.progress = progress;
    if (this.live && performance.now() - this.drawnAt >= REDRAW_MILLISECONDS) this.write(this.line());
  }

  /** Writes lines that stay, above the progress line. Control characters are escaped: a text may quote a file's name. */
  message(text: string): void {
    const plain = `${plainText(text)}\n`;
    this.write(this.live && this.progress ? `${CLEAR}${plain}${this.line()}` : plain);
  }

  /** Leaves the last state on the screen and stops using the stream. */
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
    this.drawnAt = performance.now();
    this.stream.write(text, written);
  }

  /** Written at once, and cleared only behind the text, so that nothing flickers. */
  private line(): string {
    const columns = Math.max(20, this.stream.columns || 80) - 1; // a full line would wrap on some terminals
    const text = describe(this.progress!, columns);
    const painted = this.colours ? text.replace(/^epoch \S+/, '\x1b[1m$&\x1b[22m') : text;
    return `\r${painted}\x1b[K`;
  }
}

/** `epoch 3/200  120/400  1.63 it/s  ETA 2:31:07  G_GAN 0.913  G_L1 28.114`, cut to the width. */
function describe(progress: ProgressFigures, columns: number): string {
  const { epoch, nEpochs, iteration, total, itersPerSecond, etaSeconds, losses } = progress;
  const width = String(total).length;
  const parts = [
    `epoch ${epoch}/${nEpochs}`,
    `${String(iteration).padStart(width)}/${total}`,
    `${itersPerSecond.toFixed(2)} it/s`,
    `ETA ${formatClock(etaSeconds)}`,
    ...Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(3)}`),
  ];
  return cutToWidth(plainLine(parts.join('  ')), columns);
}
