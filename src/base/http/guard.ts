import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { Refused } from './refused.js';

/** Who may ask a server. */
export interface AccessSettings {
  /** The address that the server is bound to, as it was given. */
  readonly host: string;
  /** The access token that a visitor needs; undefined where only this machine can reach the server. */
  readonly accessToken?: string;
}

/**
 * The content security policy of a page: it may run its own scripts, ask its own server and show images, and load nothing
 * from anywhere else.
 * @param more sources of some kinds of things, by directive, beside the page's own
 */
export function pagePolicy(more: Readonly<Record<string, string>> = {}): string {
  const own = {
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data: blob:",
    'font-src': "'self'",
    'connect-src': "'self'",
  };
  const directives = Object.entries({ ...own, ...more }).map(([name, sources]) => `${name} ${sources}`);
  const none = ['base-uri', 'form-action', 'frame-ancestors'].map((name) => `${name} 'none'`);
  return ["default-src 'none'", ...directives, ...none].join('; ');
}

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': pagePolicy(),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Headers of every answer that has no other ones. */
export function withHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) if (!c.res.headers.has(name)) c.header(name, value);
  };
}

/**
 * Lets requests pass that name this server by a name of its own. A page of a stranger can point a name of the stranger's
 * at this machine (DNS rebinding), but the browser then says that name as Host; ports are not compared, since a tunnel may
 * change them.
 */
export function ownName({ host }: AccessSettings): MiddlewareHandler {
  const names = new Set(['localhost', hostname().toLowerCase(), host.toLowerCase()]);
  return async (c, next) => {
    const asked = hostOf(c);
    const name = nameOf(asked);
    if (name === undefined || !(names.has(name) || isIP(name) > 0)) {
      throw new Refused(
        403,
        `this server does not go by the name ${asked.slice(0, 100)}`,
        'open the address that it printed',
      );
    }
    await next();
  };
}

/**
 * Lets requests pass that come from no page, from a page of this server, or from one of an origin that is listed.
 * @param origins `https://app.example.org`
 */
export function sameSite(origins: readonly string[] = []): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin');
    const isListed = origin !== undefined && origins.includes(origin);
    const isOurs =
      origin === undefined || (URL.canParse(origin) && new URL(origin).host === hostOf(c).toLowerCase());
    if (!isListed && (!isOurs || c.req.header('sec-fetch-site') === 'cross-site')) {
      throw new Refused(403, 'a page of another site asked', 'open the address that the server printed');
    }
    await next();
  };
}

const hostOf = (c: Context) => c.req.header('host') ?? '';

/** `localhost` of `localhost:8097`, `::1` of `[::1]:8097`. */
function nameOf(hostHeader: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(hostHeader);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/**
 * Where a token is required: the first visit brings it in the address (`/?token=...`), gets a cookie, and is sent on to
 * an address without it. Scripts may send it as `Authorization: Bearer ...`.
 */
export function withAccess({ accessToken }: AccessSettings): MiddlewareHandler {
  return async (c, next) => {
    if (accessToken !== undefined && !hasAccess(c, accessToken)) {
      const shown = c.req.path === '/' ? c.req.query('token') : undefined;
      if (shown === undefined || !isSame(shown, accessToken)) {
        throw new Refused(
          401,
          'a token is required',
          'open the address with ?token=... that the server printed',
        );
      }
      setCookie(c, cookieName(c), accessToken, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        maxAge: 30 * 86_400,
      });
      return c.redirect('/');
    }
    return next();
  };
}

function hasAccess(c: Context, token: string): boolean {
  const bearer = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  return [getCookie(c, cookieName(c)), bearer].some((shown) => shown !== undefined && isSame(shown, token));
}

/** Cookies do not tell ports apart: two servers of one machine need two names. */
function cookieName(c: Context): string {
  return `pix2pix_${/:(\d+)$/.exec(hostOf(c))?.[1] ?? '80'}`;
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function isSame(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(x, y);
}
