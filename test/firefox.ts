import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awaiting, type DrivenPage, findProgram, TIMEOUTS, valueIn } from './drivenPage.js';
import { softwareGpu } from './swiftShader.js';
import { until } from './until.js';

// Firefox as it is installed, driven by Marionette, its own carrier of WebDriver's commands
// (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html): docs/dependencies.md says why by no package.

const firefox = findProgram('firefox-esr', 'firefox');
export const skipWithoutFirefox = firefox === undefined && 'no firefox-esr or firefox on the PATH';

export type Preferences = Readonly<Record<string, boolean | number>>;

export interface FirefoxPage extends DrivenPage {
  /** What the console of its pages has had of errors. */
  readonly errors: readonly string[];
}

/** WebGPU, which Firefox on Linux has only then, and takes SwiftShader too. */
export const FIREFOX_WEBGPU: Preferences = {
  'dom.webgpu.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
};

const SETTINGS: Preferences = {
  'marionette.port': 0, // one that is free
  'browser.dom.window.dump.enabled': true, // errors of pages, on the standard error
  'devtools.console.stdout.content': true, // what they say in the console, on the standard output
};
/** A page's text is in quotes, Firefox's own is not. */
const ERROR = /^(JavaScript error: http|console\.error: ")/;

/** Firefox without a window, with a profile of its own. */
export async function openFirefox(preferences: Preferences = {}): Promise<FirefoxPage> {
  const profile = mkdtempSync(join(tmpdir(), 'pix2pix-firefox-'));
  const lines = Object.entries({ ...SETTINGS, ...preferences }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  const browser = spawn(firefox!, ['--headless', '--no-remote', '--marionette', '--profile', profile], {
    env: { ...process.env, ...softwareGpu() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  for (const output of [browser.stdout, browser.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      errors.push(...text.split('\n').filter((line) => ERROR.test(line)));
    });
  }
  const ended = once(browser, 'close');
  const portFile = join(profile, 'MarionetteActivePort');
  await until(() => existsSync(portFile) && readFileSync(portFile, 'utf8') !== '');
  const socket = connect(Number(readFileSync(portFile, 'utf8')), '127.0.0.1');
  const ask = await asking(socket);
  await ask('WebDriver:NewSession', {});
  await ask('WebDriver:SetTimeouts', TIMEOUTS);
  return {
    errors,
    goto: async (url) => void (await ask('WebDriver:Navigate', { url })),
    evaluate: async (expression) => {
      const answer = await ask('WebDriver:ExecuteAsyncScript', { script: awaiting(expression), args: [] });
      return valueIn((answer as { value: unknown }).value);
    },
    close: async () => {
      socket.destroy();
      browser.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

type Ask = (name: string, parameters: object) => Promise<unknown>;

/** Messages are `length:JSON`: `[0, id, name, parameters]` there, `[1, id, error, result]` back, after a greeting. */
async function asking(socket: Socket): Promise<Ask> {
  const chunks = socket[Symbol.asyncIterator]();
  let received: Buffer = Buffer.alloc(0);
  let count = 0;
  const next = async (): Promise<unknown> => {
    for (;;) {
      const colon = received.indexOf(':');
      const end = colon < 0 ? Number.POSITIVE_INFINITY : colon + 1 + Number(received.subarray(0, colon));
      if (received.length >= end) {
        const message = JSON.parse(received.subarray(colon + 1, end).toString());
        received = received.subarray(end);
        return message;
      }
      const { done, value } = await chunks.next();
      if (done) throw new Error('Firefox has ended');
      received = Buffer.concat([received, value]);
    }
  };
  await next();
  return async (name, parameters) => {
    const message = JSON.stringify([0, ++count, name, parameters]);
    socket.write(`${Buffer.byteLength(message)}:${message}`);
    const [, , error, result] = (await next()) as [1, number, { message: string } | null, unknown];
    if (error !== null) throw new Error(`${name}: ${error.message}`);
    return result;
  };
}
