import type { Context } from 'hono';
import { type AccessSettings, isSame } from '../../base/http/guard.js';
import { Refused } from '../../base/http/refused.js';

/** Who may ask the dashboard, and who may act. */
export interface GuardSettings extends AccessSettings {
  /** The token that actions need besides. It is in the page, so that no other page can know it. */
  readonly pageToken: string;
}

/** An action needs the page's token in a header, which no other site's page can send without being asked first. */
export function requirePageToken(c: Context, { pageToken }: GuardSettings): void {
  const shown = c.req.header('x-pix2pix-token');
  if (shown === undefined || !isSame(shown, pageToken)) {
    throw new Refused(
      403,
      'the token of the page is missing, or of an earlier start of the server',
      'load the page again',
    );
  }
}
