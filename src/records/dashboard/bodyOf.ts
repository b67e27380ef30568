import type { Context } from 'hono';
import { Refused } from '../../base/http/refused.js';

/** The body of a request as JSON. @throws Refused where it is none */
export async function bodyOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    throw new Refused(400, 'the body is no JSON');
  }
}
