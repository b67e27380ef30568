import type { MiddlewareHandler } from 'hono';
import type { RequestIdVariables } from 'hono/request-id';
import { routePath } from 'hono/route';

/** What is kept of a request that was answered: nothing of its query, which may have a token. */
export interface RequestLine {
  /** When it was answered. */
  readonly time: string;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** Of a translation. */
  readonly model?: string;
  readonly images?: number;
  /** Where it was refused or has failed; of what the machine lacks more than the client is told. */
  readonly error?: string;
}

/** What routes note about a request, for its line in the log. */
export interface RequestNotes extends RequestIdVariables {
  model?: string;
  images?: number;
  error?: string;
}

/** The environment of the service's routes. */
export interface ServiceEnv {
  Variables: RequestNotes;
}

/** Tells of every request when it has been answered. */
export function withLog(
  onRequest: (line: RequestLine, route: string) => void,
): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const { method, path } = c.req;
    const line: RequestLine = {
      time: new Date().toISOString(),
      requestId: c.get('requestId'),
      method,
      path: path.slice(0, 300),
      status: c.res.status,
      milliseconds: Math.round(performance.now() - start),
      model: c.get('model'),
      images: c.get('images'),
      error: c.get('error'),
    };
    onRequest(line, routePath(c, -1));
  };
}
