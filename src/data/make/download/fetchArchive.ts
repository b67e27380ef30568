import { createWriteStream } from 'node:fs';
import { statfs, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { makeFolder } from '../../../base/files/makeFolder.js';
import { fileError } from '../../../base/files/systemError.js';
import type { OnProgress } from '../../../base/progress.js';
import { openUrl, PassingFailure } from './openUrl.js';
import { PartialFile } from './partialFile.js';

export interface FetchOptions {
  readonly url: string;
  /** Where the bytes gather; a file of the same name with `.json` added stands beside it. */
  readonly path: string;
  /** A file that is longer, or says that it is, is refused. Default: no limit. */
  readonly maxBytes?: number;
  /** The option that names the address, for what is said where it leads nowhere. Default: --url. */
  readonly addressOption?: string;
  /** How often in a row to try again without a byte more than ever before. Default 5. */
  readonly retries?: number;
  /** Milliseconds before the first new try; each further one waits twice as long. Default 1000. */
  readonly retryDelay?: number;
  /** Default 30,000 ms. */
  readonly idleTimeout?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

const PASSING_STATUS = [408, 425, 429, 500, 502, 503, 504];
const PASSING_CODES = [
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_CONSTANT',
];

/**
 * Downloads a file, continuing where an earlier try stopped. A range is asked for with If-Range (RFC 9110, 13.1.5), so
 * a file that changed on the server since then comes whole; a server without ranges sends it whole as well.
 *
 * @returns the file with all its bytes, its length checked against the server's
 * @throws Pix2PixError with what the server said; what has been received stays for the next run
 */
export async function fetchArchive(options: FetchOptions): Promise<PartialFile> {
  const { path, retries = 5, retryDelay = 1000, signal } = options;
  const file = new PartialFile(path);
  makeFolder(dirname(path));
  let furthest = await file.size();
  for (let failures = 0; ; ) {
    try {
      await transfer(file, options);
      return file;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof LongerThanAllowed) await file.discard();
      if (!isPassing(error)) throw explain(error, options);
      // Against the most there ever was: a server that promises more bytes than it has lets every try begin anew.
      const size = await file.size();
      failures = size > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, size);
      if (failures > retries) throw explain(error, options);
      await delay(retryDelay * 2 ** (failures - 1), undefined, { signal });
    }
  }
}

async function transfer(file: PartialFile, options: FetchOptions): Promise<void> {
  const { url, onProgress, signal, idleTimeout = 30_000, maxBytes = Number.POSITIVE_INFINITY } = options;
  const state = await file.read(url);
  const size = await file.size();
  if (state?.complete && size === state.total) return;
  const have = state === undefined ? 0 : size;
  const headers = have > 0 ? { range: `bytes=${have}-`, 'if-range': state!.validator! } : undefined;
  const response = await openUrl(url, { ...options, headers, idleTimeout });
  const { start, total } = await bodyRange(response, have, file, options);
  const known = { url, validator: validatorOf(response.headers), total };
  if (total !== undefined && total > maxBytes) {
    response.destroy();
    throw new LongerThanAllowed(options, total);
  }
  await requireSpace(file.path, total === undefined ? 0 : total - start);
  // Emptied first: bytes of an old version must never stand beside the name of a new one.
  if (start === 0) await writeFile(file.path, '');
  await file.save({ ...known, complete: false });
  let done = start;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length;
      onProgress?.({ unit: 'bytes', done, total, stage: 'downloading' });
      next(done > maxBytes ? new LongerThanAllowed(options, done) : null, chunk);
    },
  });
  await pipeline(response, meter, createWriteStream(file.path, { flags: 'a' }), { signal });
  if (total !== undefined && done !== total) {
    if (done > total) await file.discard();
    throw new PassingFailure(`the server sent ${done} of ${total} bytes`);
  }
  await file.save({ ...known, total: done, complete: true });
}

/** Which bytes of the file the response's body holds. */
async function bodyRange(response: IncomingMessage, have: number, file: PartialFile, options: FetchOptions) {
  const { statusCode = 0, headers } = response;
  if (statusCode === 200) {
    const length = Number(headers['content-length']);
    return {
      start: 0,
      total: headers['content-length'] !== undefined && Number.isSafeInteger(length) ? length : undefined,
    };
  }
  if (statusCode === 206) {
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
    if (Number(first) === have) return { start: have, total: Number(total) };
  }
  response.destroy();
  if (statusCode === 206 || statusCode === 416) {
    // The server and our part disagree: nothing to continue from.
    await file.discard();
    throw new PassingFailure(`the server answered ${statusCode} to a request for bytes from ${have}`);
  }
  if (PASSING_STATUS.includes(statusCode)) throw new PassingFailure(`the server answered ${statusCode}`);
  throw new Pix2PixError(
    `the server answered ${statusCode} ${response.statusMessage ?? ''}`.trim(),
    { url: options.url },
    statusCode === 404 || statusCode === 410
      ? `the file is not there any more: ${ofCopy(options)}`
      : `try again later, or ${ofCopy(options)}`,
  );
}

const ofCopy = ({ addressOption = '--url' }: FetchOptions) =>
  `pass ${addressOption} with the address of a copy`;

class LongerThanAllowed extends Pix2PixError {
  constructor(options: FetchOptions, bytes: number) {
    super(
      'the file is longer than it may be',
      { url: options.url, limit: `${options.maxBytes} bytes`, 'the server has': `${bytes} bytes or more` },
      ofCopy(options),
    );
  }
}

function validatorOf({ etag, 'last-modified': lastModified }: IncomingHttpHeaders): string | undefined {
  return etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
}

async function requireSpace(path: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize >= needed) return;
  throw new Pix2PixError(
    'the disk has too little space for the download',
    { path, free: `${bavail * bsize} bytes`, needed: `${needed} bytes` },
    'free some space, or choose a folder on another disk',
  );
}

function isPassing(error: unknown): boolean {
  return (
    error instanceof PassingFailure || PASSING_CODES.includes((error as NodeJS.ErrnoException).code ?? '')
  );
}

function explain(error: unknown, options: FetchOptions): unknown {
  const { url, path } = options;
  const { code, message } = error as NodeJS.ErrnoException;
  if (isPassing(error)) {
    return new Pix2PixError(
      'the download stopped and new tries did not help',
      { url, last: message },
      'run the same command again: it continues where this one stopped',
      { cause: error },
    );
  }
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return new Pix2PixError(
      code === 'ENOTFOUND' ? 'the server is not known' : 'the server cannot be reached',
      { url, system: message || code },
      `check the network, or ${ofCopy(options)}`,
      { cause: error },
    );
  }
  return fileError(error, 'the download cannot be written', path);
}
