import { plainLine } from './plainText.js';

/** The two sides of a disagreement and other facts, one line each: `x       f32[1,3,256,256]`. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/**
 * An error that a person can act on: what is wrong, where, both sides, and the fix.
 * The command line prints `message` alone and exits with code 1; every other error is a defect of ours. Control
 * characters in it are escaped, since it may quote names of files.
 *
 * ```
 * new Pix2PixError('dataroot holds no images', { dataroot: './empty' }, 'put A|B images into ./empty/train');
 * ```
 */
export class Pix2PixError extends Error {
  override readonly name: string = 'Pix2PixError';
  /** The first line of `message`: what is wrong. */
  readonly summary: string;

  constructor(
    summary: string,
    readonly facts: ErrorFacts = {},
    readonly fix?: string,
    options?: ErrorOptions,
  ) {
    super(formatMessage(summary, facts, fix), options);
    this.summary = plainLine(summary);
  }
}

function formatMessage(summary: string, facts: ErrorFacts, fix: string | undefined): string {
  const rows = Object.entries(facts).map(([label, value]) => [label, String(value)] as const);
  if (fix !== undefined) rows.push(['fix', fix]);
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return [summary, ...rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`)]
    .map(plainLine)
    .join('\n');
}
