import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { ownName, sameSite, withAccess, withHeaders } from '../../base/http/guard.js';
import { refusalOf } from '../../base/http/refusalOf.js';
import { Refused } from '../../base/http/refused.js';
import type { AppParts } from './appParts.js';
import { serveModels } from './modelRoutes.js';
import { describeService } from './openApi.js';
import { servePages } from './pageRoutes.js';
import { serveProbes } from './probeRoutes.js';
import { type ServiceEnv, withLog } from './requestLog.js';
import { serveTranslate } from './translateRoute.js';

const LONGEST_ID = 64;
/** Seconds for which a browser need not ask again whether a page may ask. */
const CORS_AGE = 600;

/** The service's routes, as its description lists them, behind all of its checks. */
export function createApp(parts: AppParts): Hono<ServiceEnv> {
  const { access, origins, ending, metrics } = parts;
  const app = new Hono<ServiceEnv>();
  app.use(requestId({ limitLength: LONGEST_ID }));
  app.use(
    withLog((line, route) => {
      metrics.onRequest(line, route);
      parts.onRequest(line);
    }),
  );
  app.use(withHeaders());
  app.use(async (c, next) => {
    await next();
    if (ending.aborted) c.header('Connection', 'close');
  });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const allowed = methods.join(', ');
        return answer(c, new Refused(405, 'not by this method', allowed), { Allow: allowed });
      },
    }),
  );
  serveProbes(app, parts); // for those who watch over it, who have no token
  if (access.accessToken === undefined) app.use(ownName(access)); // a page that has pointed its name here has no token either
  app.use(sameSite(origins));
  if (origins.length > 0) {
    const exposeHeaders = ['X-Request-Id', 'Retry-After'];
    app.use(cors({ origin: [...origins], exposeHeaders, maxAge: CORS_AGE, allowMethods: ['GET', 'POST'] }));
  }
  app.use(withAccess(access));
  app.get('/openapi.json', (c) => c.json(describeService(access.accessToken !== undefined)));
  app.get('/metrics', async (c) => {
    const { text, mediaType } = await metrics.text();
    return c.body(text, 200, { 'Content-Type': mediaType });
  });
  serveModels(app, parts);
  serveTranslate(app, parts);
  if (parts.playgrounds !== undefined) servePages(app, parts.catalogue, parts.playgrounds);
  app.notFound((c) => answer(c, new Refused(404, 'nothing is here', 'GET /openapi.json says what there is')));
  app.onError((error, c) => answer(c, refusalOf(error)));
  return app;
}

/** A refusal as JSON. */
function answer(c: Context<ServiceEnv>, refused: Refused, headers: Record<string, string> = {}): Response {
  const { message, fix, status, retryAfter, whole } = refused;
  c.set('error', whole);
  if (retryAfter !== undefined) c.header('Retry-After', `${retryAfter}`);
  if (status === 401) c.header('WWW-Authenticate', 'Bearer');
  return c.json({ error: message, fix, requestId: c.get('requestId') }, status, headers);
}
