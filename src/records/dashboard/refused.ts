import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** A request that is not granted: becomes a `Refusal` with this status. */
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
