import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { Refused } from './refused.js';

/**
 * The content security policy of our pages: they may run their own scripts, ask this server and show images, and load
 * nothing from anywhere else.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

export interface GuardSettings {
  /** The address that the server is bound to, as it was given. */
  readonly host: string;
  /** The access token that a visitor needs; undefined where only this machine can reach the server. */
  readonly accessToken?: string;
  /** The token that actions need besides. It is in the page, so that no other page can know it. */
  readonly pageToken: string;
}

/** Headers of every answer. */
export function withHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  };
}

/**
 * Lets requests pass that name this server by a name of its own, from a page of its own. A page of a stranger can point
 * a name of the stranger's at this machine (DNS rebinding), but the browser then says that name as Host; ports are not
 * compared, since a tunnel may change them.
 */
export function sameSite({ host }: GuardSettings): MiddlewareHandler {
  const names = new Set(['localhost', hostname().toLowerCase(), host.toLowerCase()]);
  return async (c, next) => {
    const asked = c.req.header('host') ?? '';
    const name = nameOf(asked);
    if (name === undefined || !(names.has(name) || isIP(name) > 0)) {
      throw new Refused(
        403,
        `this server does not go by the name ${asked.slice(0, 100)}`,
        'open the address that it printed',
      );
    }
    const origin = c.req.header('origin');
    const isOurs =
      origin === undefined || (URL.canParse(origin) && new URL(origin).host === asked.toLowerCase());
    if (!isOurs || c.req.header('sec-fetch-site') === 'cross-site') {
      throw new Refused(403, 'a page of another site asked', 'open the address that the server printed');
    }
    await next();
  };
}

/** `localhost` of `localhost:8097`, `::1` of `[::1]:8097`. */
function nameOf(hostHeader: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(hostHeader);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/**
 * Where a token is required: the first visit brings it in the address (`/?token=...`), gets a cookie, and is sent on to
 * an address without it. Scripts may send it as `Authorization: Bearer ...`.
 */
export function withAccess({ accessToken }: GuardSettings): MiddlewareHandler {
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
  return `pix2pix_${/:(\d+)$/.exec(c.req.header('host') ?? '')?.[1] ?? '80'}`;
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

/** In a time that does not tell where they differ. */
function isSame(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(x, y);
}
