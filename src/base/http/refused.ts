import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** What a server says when it refuses a request, as JSON. */
export interface Refusal {
  readonly error: string;
  readonly fix?: string;
}

/** Refuses a request: becomes a `Refusal` with this status. */
export class Refused extends Error {
  override readonly name = 'Refused';

  /**
   * @param retryAfter seconds after which it may be asked again
   * @param details for those who run the server alone: they may name paths
   */
  constructor(
    readonly status: ContentfulStatusCode,
    message: string,
    readonly fix?: string,
    readonly retryAfter?: number,
    readonly details?: string,
  ) {
    super(message);
  }

  /** With its details. */
  get whole(): string {
    return this.details === undefined ? this.message : `${this.message} (${this.details})`;
  }
}
