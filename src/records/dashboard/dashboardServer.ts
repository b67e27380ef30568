import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { accessTokenOf, LOOPBACK, listen, randomToken } from '../../base/http/listen.js';
import { RunIndex } from '../reading/runIndex.js';
import { createApp } from './app.js';

export interface DashboardSettings {
  readonly logDirectory: string;
  /** Default 8097; 0 for any that is free. */
  readonly port?: number;
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string;
  /**
   * The access token that visitors need, 16 characters or more. Where others can reach the server and none is given,
   * one is made.
   */
  readonly token?: string;
}

export interface DashboardServer {
  /** With the token, where one is required. */
  readonly url: string;
  readonly index: RunIndex;
  close(): Promise<void>;
  /**
   * Ends it together with the training that it was started for: pages are told how that has ended, and that nothing more
   * comes, upon which they ask for the rest and hang up.
   */
  endWithTraining(): Promise<void>;
}

export const DEFAULT_PORT = 8097;
/** Milliseconds that pages have at most for their last questions, and between two looks whether they have hung up. */
const [LAST_QUESTIONS, LOOK] = [15_000, 50];

/**
 * Starts the dashboard's server, which watches a log directory until it is closed.
 * @throws Pix2PixError where the port is none or taken, the address is none of this machine, or the token is short enough
 *   to be guessed
 */
export async function startDashboard(settings: DashboardSettings): Promise<DashboardServer> {
  const { logDirectory, port = DEFAULT_PORT, host = LOOPBACK, token } = settings;
  const address = { host, port, token };
  const accessToken = accessTokenOf(address);
  const guard = { host, accessToken, pageToken: randomToken() };
  const index = new RunIndex(logDirectory);
  const [closing, over] = [new AbortController(), new AbortController()];
  setMaxListeners(0, closing.signal, over.signal); // one for each page that is open
  const app = createApp({ index, guard, closing: closing.signal, over: over.signal });
  const server = createAdaptorServer({ fetch: app.fetch, hostname: host });
  let underWay = 0;
  server.on('request', (_, answer: ServerResponse) => {
    underWay++;
    answer.once('close', () => underWay--);
  });
  const url = await listen(server as Server, address, 'a dashboard');
  index.watch();
  const close = async () => {
    closing.abort();
    index.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  };
  return {
    url: accessToken === undefined ? url : `${url}?token=${accessToken}`,
    index,
    close,
    endWithTraining: async () => {
      await index.update();
      over.abort();
      for (const end = performance.now() + LAST_QUESTIONS; underWay > 0 && performance.now() < end; )
        await sleep(LOOK);
      await close();
    },
  };
}
