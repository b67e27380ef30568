import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { systemErrorInWords } from '../../base/files/systemError.js';
import { serveActions } from './actions.js';
import type { Refusal } from './api.js';
import type { AppParts } from './appParts.js';
import { serveExports } from './exports.js';
import { sameSite, withAccess, withHeaders } from './guard.js';
import { servePage, serveTrainingPage } from './page.js';
import { Refused } from './refused.js';
import { serveRuns } from './runRoutes.js';
import { serveViews } from './viewRoutes.js';

/** The bodies of actions are small; nothing is ever uploaded. */
const MAX_BODY = 1 << 20;

/** The dashboard's routes, as `api.ts` lists them, behind all of its checks. */
export function createApp(parts: AppParts): Hono {
  const app = new Hono();
  app.use(withHeaders(), sameSite(parts.guard), withAccess(parts.guard));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: () => {
        throw new Refused(405, 'not by this method');
      },
    }),
  );
  app.use(
    bodyLimit({
      maxSize: MAX_BODY,
      onError: () => {
        throw new Refused(413, `a request has at most ${MAX_BODY} bytes`);
      },
    }),
  );
  servePage(app, parts.guard);
  serveTrainingPage(app);
  serveRuns(app, parts);
  serveExports(app, parts);
  serveActions(app, parts);
  serveViews(app, parts); // behind the actions' check of the token
  app.notFound((c) => c.json<Refusal>({ error: 'nothing is here' }, 404));
  app.onError((error, c) => {
    if (error instanceof Refused)
      return c.json<Refusal>({ error: error.message, fix: error.fix }, error.status);
    if (error instanceof Pix2PixError) return c.json<Refusal>({ error: error.summary, fix: error.fix }, 400);
    const told = systemErrorInWords(error);
    if (told instanceof Pix2PixError) return c.json<Refusal>({ error: told.summary, fix: told.fix }, 500);
    return c.json<Refusal>({ error: `a defect of pix2pix-ts: ${error.message}`, fix: 'report it' }, 500);
  });
  return app;
}
