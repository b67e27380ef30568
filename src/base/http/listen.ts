import { randomBytes } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { fileError } from '../files/systemError.js';

/** Where a server listens, and what it asks of its visitors. */
export interface Address {
  readonly port: number;
  /** Default: 127.0.0.1, this machine alone. */
  readonly host: string;
  /** The access token that visitors need, 16 characters or more. */
  readonly token?: string;
}

/** This machine alone. */
export const LOOPBACK = '127.0.0.1';
export const MAX_PORT = 65_535;
/** Characters; what is made has 32. */
const SHORTEST_TOKEN = 16;
const LOOPBACKS = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

/**
 * Checks an address before anything is opened.
 * @returns the token that visitors need: the given one; where others can reach the server and none is given, one that is
 *   made; undefined for a server of this machine alone
 * @throws Pix2PixError where the port is none, the address is empty, or the token is short enough to be guessed
 */
export function accessTokenOf({ host, port, token }: Address): string | undefined {
  requirePort(port);
  requireGuard(host, token);
  return token ?? (LOOPBACKS.test(host) ? undefined : randomToken());
}

/** 32 characters that nobody guesses. */
export const randomToken = () => randomBytes(16).toString('hex');

/**
 * Starts to listen.
 * @param what the server is called in messages: 'the dashboard'
 * @returns its address for people, with a path of `/`
 * @throws Pix2PixError where the port is taken, or the address is none of this machine
 */
export async function listen(server: Server, { host, port }: Address, what: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port, what)));
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`;
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
    'pass a port, such as 8080',
  );
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number, what: string): unknown {
  const { code } = error;
  if (code === 'EADDRINUSE') {
    return new Pix2PixError(
      `port ${port} is taken`,
      { address: `${host}:${port}` },
      `--port ${port + 1}; if ${what} runs there already, open http://${host}:${port}/`,
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
      '--port 8080, or another above 1023',
    );
  }
  return fileError(error, `${what} cannot be started`, `${host}:${port}`);
}
