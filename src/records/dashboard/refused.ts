import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Refuses a request: becomes a `Refusal` with this status. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly status: ContentfulStatusCode,
    message: string,
    readonly fix?: string,
  ) {
    super(message);
  }
}
