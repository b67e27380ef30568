import type { Context } from 'hono';
import { formatBytes } from '../../base/byteSize.js';
import { Refused } from '../../base/http/refused.js';

/**
 * Reads the bodies of requests, each within a bound, and all that are read at a time within another: what counts are bytes that
 * have come, so that a client that sends slowly takes nothing from the others.
 */
export class BodyReader {
  private held = 0;

  /**
   * @param most bytes of one body
   * @param mostOfAll bytes of all bodies that are held at a time
   */
  constructor(
    private readonly most: number,
    private readonly mostOfAll: number,
  ) {}

  /**
   * Reads a body, and holds its bytes while it is used.
   * @throws Refused with 413 where it is too long, also before anything of it has come; 429 where others hold too much; 400
   *   where it was cut off or is empty
   */
  async with<T>(c: Context, signal: AbortSignal, use: (body: Uint8Array) => Promise<T>): Promise<T> {
    if (Number(c.req.header('content-length') ?? 0) > this.most) throw this.tooLong();
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of chunksOf(c.req.raw, signal)) {
        bytes += chunk.length;
        this.held += chunk.length;
        if (bytes > this.most) throw this.tooLong();
        if (this.held > this.mostOfAll)
          throw new Refused(429, 'too many bytes are under way', 'ask again', 1);
        chunks.push(chunk);
      }
      if (bytes === 0) throw new Refused(400, 'the body is empty', 'send an image as the body');
      return await use(Buffer.concat(chunks));
    } finally {
      this.held -= bytes;
    }
  }

  private tooLong(): Refused {
    return new Refused(413, `a request has at most ${formatBytes(this.most)}`, 'send a smaller image');
  }
}

/** The pieces of a body, until the signal says that it comes too late. */
async function* chunksOf(request: Request, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = request.body?.getReader();
  if (reader === undefined) return;
  const stop = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener('abort', stop);
  try {
    while (true) {
      const { done, value } = await reader.read().catch(() => {
        if (signal.aborted) throw late();
        throw new Refused(400, 'the body was cut off', 'send it again');
      });
      if (signal.aborted) throw late();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    reader.releaseLock();
  }
}

const late = () => new Refused(408, 'the body did not come in time', 'send it faster, or less of it');
