import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { ownName, sameSite, withAccess, withHeaders } from '../../base/http/guard.js';
import { refusalOf } from '../../base/http/refusalOf.js';
import { type Refusal, Refused } from '../../base/http/refused.js';
import { serveActions } from './actions.js';
import type { AppParts } from './appParts.js';
import { serveExports } from './exports.js';
import { servePage, serveTrainingPage } from './page.js';
import { serveRuns } from './runRoutes.js';
import { serveViews } from './viewRoutes.js';

/** The bodies of actions are small; nothing is ever uploaded. */
const MAX_BODY = 1 << 20;

/** The dashboard's routes, as `api.ts` lists them, behind all of its checks. */
export function createApp(parts: AppParts): Hono {
  const app = new Hono();
  app.use(withHeaders(), ownName(parts.guard), sameSite(), withAccess(parts.guard));
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
    const { whole, fix, status } = refusalOf(error); // whoever sees a dashboard sees where its runs are, too
    return c.json<Refusal>({ error: whole, fix }, status);
  });
  return app;
}
