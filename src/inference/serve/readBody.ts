import type { Context } from 'hono';
import { formatBytes } from '../../base/byteSize.js';
import { Refused } from '../../base/http/refused.js';

/** Milliseconds after which a body gives way to others, where there is not room for all. */
const PATIENCE = 5000;
/** Seconds after which one may ask again. */
const RETRY = 5;

/** A body of which not all has come yet. */
interface Incoming {
  readonly since: number;
  bytes: number;
  readonly stop: AbortController;
}

/**
 * Reads the bodies of requests, each within a bound, and all that are held at a time within another. Where that is exceeded,
 * the one that has taken longest to come gives way, so that clients which stop in the middle keep nobody out.
 */
export class BodyReader {
  private held = 0;
  /** In the order in which they began. */
  private readonly incoming = new Set<Incoming>();

  /**
   * @param most bytes of one body
   * @param mostOfAll bytes of all bodies that are held at a time
   * @param patience milliseconds that each has before it gives way
   */
  constructor(
    private readonly most: number,
    private readonly mostOfAll: number,
    private readonly patience = PATIENCE,
  ) {}

  /**
   * Reads a body, and holds its bytes while it is used.
   * @throws Refused with 413 where it is too long, also before anything of it has come; 429 where all hold too much, or it gives
   *   way; 408 where it comes too late; 400 where it was cut off or is empty
   */
  async with<T>(c: Context, signal: AbortSignal, use: (body: Uint8Array) => Promise<T>): Promise<T> {
    if (Number(c.req.header('content-length') ?? 0) > this.most) throw this.tooLong();
    const body: Incoming = { since: performance.now(), bytes: 0, stop: new AbortController() };
    try {
      return await use(await this.read(body, c.req.raw, signal));
    } finally {
      this.giveBack(body);
    }
  }

  private async read(body: Incoming, request: Request, signal: AbortSignal): Promise<Uint8Array> {
    const onLate = () => body.stop.abort(late());
    signal.addEventListener('abort', onLate);
    this.incoming.add(body);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of chunksOf(request, body.stop.signal)) {
        body.bytes += chunk.length;
        this.held += chunk.length;
        if (body.bytes > this.most) throw this.tooLong();
        this.makeRoom(body);
        chunks.push(chunk);
      }
    } finally {
      this.incoming.delete(body);
      signal.removeEventListener('abort', onLate);
    }
    body.stop.signal.throwIfAborted(); // it may have given way after its last piece
    if (body.bytes === 0) throw new Refused(400, 'the body is empty', 'send an image as the body');
    return Buffer.concat(chunks);
  }

  /** For what has come of a body, at the cost of older ones, or of itself. */
  private makeRoom(body: Incoming): void {
    for (const oldest of this.incoming) {
      if (this.held <= this.mostOfAll || performance.now() - oldest.since < this.patience) break;
      this.giveBack(oldest);
      oldest.stop.abort(busy('the body gave way to others, which came faster'));
    }
    body.stop.signal.throwIfAborted();
    if (this.held > this.mostOfAll) throw busy('too many bytes are under way');
  }

  private giveBack(body: Incoming): void {
    this.held -= body.bytes;
    body.bytes = 0;
  }

  private tooLong(): Refused {
    return new Refused(413, `a request has at most ${formatBytes(this.most)}`, 'send a smaller image');
  }
}

/** The pieces of a body. @throws the signal's reason */
async function* chunksOf(request: Request, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = request.body?.getReader();
  if (reader === undefined) return;
  const stop = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener('abort', stop);
  try {
    while (true) {
      const { done, value } = await reader.read().catch(() => {
        signal.throwIfAborted();
        throw new Refused(400, 'the body was cut off', 'send it again');
      });
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    reader.releaseLock();
  }
}

const late = () => new Refused(408, 'the body did not come in time', 'send it faster, or less of it');
const busy = (what: string) => new Refused(429, what, `ask again in ${RETRY} s`, RETRY);
