import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { fileError } from '../../base/files/systemError.js';
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
   * comes, and have a moment to ask for the rest.
   */
  endWithTraining(): Promise<void>;
}

export const DEFAULT_PORT = 8097;
/** Characters; what is made has 32. */
const SHORTEST_TOKEN = 16;
export const MAX_PORT = 65_535;
/** Milliseconds that pages have for their last questions: they pause for two seconds between two of a kind. */
const LAST_QUESTIONS = 3000;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/**
 * Starts the dashboard's server, which watches a log directory until it is closed.
 * @throws Pix2PixError where the port is none or taken, the address is none of this machine, or the token is short enough
 *   to be guessed
 */
export async function startDashboard(settings: DashboardSettings): Promise<DashboardServer> {
  const { logDirectory, port = DEFAULT_PORT, host = '127.0.0.1' } = settings;
  requirePort(port);
  requireGuard(host, settings.token);
  const isPrivate = LOOPBACK.test(host);
  const accessToken = settings.token ?? (isPrivate ? undefined : randomBytes(16).toString('hex'));
  const guard = { host, accessToken, pageToken: randomBytes(16).toString('hex') };
  const index = new RunIndex(logDirectory);
  const [closing, over] = [new AbortController(), new AbortController()];
  setMaxListeners(0, closing.signal, over.signal); // one for each page that is open
  const app = createApp({ index, guard, closing: closing.signal, over: over.signal });
  const server = createAdaptorServer({ fetch: app.fetch, hostname: host });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen(port, host, resolve);
  });
  index.watch();
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  const close = async () => {
    closing.abort();
    index.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  };
  return {
    url: `http://${name}:${bound}/${accessToken === undefined ? '' : `?token=${accessToken}`}`,
    index,
    close,
    endWithTraining: async () => {
      await index.update();
      over.abort();
      await sleep(LAST_QUESTIONS);
      await close();
    },
  };
}

/** An option that is to keep others out is not to let them in when it is empty, as `--token "$UNSET"` is. */
function requireGuard(host: string, token: string | undefined): void {
  if (host.trim() === '') {
    throw new Pix2PixError(
      '--host is empty, which would listen to everybody',
      {},
      'leave it out for this machine alone, or pass --host 0.0.0.0 for all',
    );
  }
  if (token === undefined || token.trim().length >= SHORTEST_TOKEN) return;
  throw new Pix2PixError(
    token === ''
      ? '--token is empty, which would let everybody in'
      : '--token is too short to keep anybody out',
    { characters: token.length, 'at least': SHORTEST_TOKEN },
    'leave it out, and one is made; or give it a longer one: openssl rand -hex 16',
  );
}

function requirePort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return;
  throw new Pix2PixError(
    `there is no port ${port}`,
    { allowed: `0 ... ${MAX_PORT}` },
    `pass a port, such as ${DEFAULT_PORT}`,
  );
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  const { code } = error;
  if (code === 'EADDRINUSE') {
    return new Pix2PixError(
      `port ${port} is taken`,
      { address: `${host}:${port}` },
      `--port ${port + 1}; if a dashboard runs there already, open http://${host}:${port}/`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Pix2PixError(
      `${host} is no address of this machine`,
      { reason: code },
      '--host 127.0.0.1, or 0.0.0.0 for all',
    );
  }
  if (code === 'EACCES') {
    return new Pix2PixError(
      `port ${port} is not for everybody`,
      { reason: code },
      '--port 8097, or another above 1023',
    );
  }
  return fileError(error, 'the dashboard cannot be started', `${host}:${port}`);
}
