import { spawnSync } from 'node:child_process';

// Pages in browsers that Playwright does not drive as they are installed: by WebDriver (https://www.w3.org/TR/webdriver2/).

/** What runs scripts: a page of Playwright's too. */
export interface ScriptedPage {
  /** The value of an expression, or of its promise, in the page. */
  evaluate(expression: string): Promise<unknown>;
}

/** The one tab of a browser. */
export interface DrivenPage extends ScriptedPage {
  goto(url: string): Promise<void>;
  /** Ends the browser. */
  close(): Promise<void>;
}

/** Milliseconds that a script or a page may take on a busy machine. */
export const TIMEOUTS = { script: 180_000, pageLoad: 120_000 };

/** The script by which WebDriver waits for an expression. */
export const awaiting = (expression: string) => `
  const done = arguments[arguments.length - 1];
  Promise.resolve().then(() => (${expression})).then((value) => done({ value }), (error) => done({ error: String(error) }));`;

/** What that script has answered. @throws Error when the expression failed */
export function valueIn(answer: unknown): unknown {
  const { value, error } = answer as { value?: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return value;
}

/** The first of some programs that is on the PATH. */
export function findProgram(...names: string[]): string | undefined {
  if (process.platform === 'win32') return undefined;
  return names.find((name) => spawnSync('which', [name]).status === 0);
}
