import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';

const MOST_REDIRECTS = 5;

/** A failure that may pass: worth another try. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds without a byte after which the server counts as gone. */
  readonly idleTimeout: number;
  readonly signal?: AbortSignal;
  /** The option that names the address. Default: --url. */
  readonly addressOption?: string;
}

/**
 * GETs an http or https address, following up to five redirects. The body is what the server keeps: no content
 * encoding is asked for or undone, so that byte ranges and lengths mean the file.
 *
 * @throws Pix2PixError for an address that is no http(s), and PassingFailure when the server falls silent
 */
export async function openUrl(address: string, options: RequestOptions): Promise<IncomingMessage> {
  const { addressOption = '--url' } = options;
  let url = parse(address, addressOption);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await get(url, options);
    const { statusCode = 0, headers } = response;
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return response;
    response.destroy();
    url = parse(new URL(headers.location, url).href, addressOption);
  }
  throw new Pix2PixError(
    'too many redirects',
    { url: address, limit: MOST_REDIRECTS },
    `pass ${addressOption} with the final address`,
  );
}

function parse(address: string, addressOption: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new Pix2PixError(
    'not an http or https address',
    { url: address },
    `pass ${addressOption} http://... or https://...`,
  );
}

function get(url: URL, { headers, idleTimeout, signal }: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, {
      headers: { 'accept-encoding': 'identity', 'user-agent': 'pix2pix-ts', ...headers },
      timeout: idleTimeout,
      signal,
    });
    request.once('response', (response) => {
      // The request's timer covers the socket while the body runs as well; then the response must end with an error.
      request.on('timeout', () => response.destroy(silence(idleTimeout)));
      resolve(response);
    });
    request.once('timeout', () => request.destroy(silence(idleTimeout)));
    request.on('error', reject);
  });
}

function silence(idleTimeout: number): PassingFailure {
  return new PassingFailure(`the server sent nothing for ${idleTimeout / 1000} s`);
}
