import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { awaiting, type DrivenPage, findProgram, TIMEOUTS, valueIn } from './drivenPage.js';
import { until } from './until.js';

// WebKitGTK's MiniBrowser, driven by WebKitWebDriver, on a screen of its own. No Safari, but the engine of one.

const webKit = findProgram('WebKitWebDriver') !== undefined && findProgram('xvfb-run') !== undefined;
export const skipWithoutWebKit = !webKit && 'no WebKitWebDriver and xvfb-run on the PATH';

/** A root user, as in a container, has no sandbox there. */
const ENVIRONMENT = { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' };

/** @param environment of the browser, besides this process's own */
export async function openWebKit(environment: NodeJS.ProcessEnv = {}): Promise<DrivenPage> {
  const port = await freePort();
  const driver = spawn('xvfb-run', ['-a', 'WebKitWebDriver', `--port=${port}`], {
    detached: true, // the screen and the browser are of its group, and end with it
    env: { ...process.env, ...ENVIRONMENT, ...environment },
    stdio: 'ignore',
  });
  const ended = once(driver, 'exit');
  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`${path}: ${(value as { message: string }).message}`);
    return value;
  };
  await until(() =>
    ask('GET', 'status').then(
      () => true,
      () => false,
    ),
  );
  const started = await ask('POST', 'session', { capabilities: {} });
  const session = `session/${(started as { sessionId: string }).sessionId}`;
  await ask('POST', `${session}/timeouts`, TIMEOUTS);
  return {
    goto: async (url) => void (await ask('POST', `${session}/url`, { url })),
    evaluate: async (expression) =>
      valueIn(await ask('POST', `${session}/execute/async`, { script: awaiting(expression), args: [] })),
    close: async () => {
      await ask('DELETE', session);
      process.kill(-driver.pid!);
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
