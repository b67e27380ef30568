import type { AccessSettings } from '../../base/http/guard.js';
import type { ImageTranslation } from './imageTranslation.js';
import type { ServiceMetrics } from './metrics.js';
import type { ModelCatalogue } from './modelCatalogue.js';
import type { ModelPool } from './modelPool.js';
import type { Playgrounds } from './playgrounds.js';
import type { BodyReader } from './readBody.js';
import type { RequestLine } from './requestLog.js';
import type { TranslationQueue } from './translationQueue.js';

/** The parts of the service that requests use. */
export interface AppParts {
  readonly access: AccessSettings;
  /** Of the pages of others that may ask. */
  readonly origins: readonly string[];
  readonly catalogue: ModelCatalogue;
  readonly pool: ModelPool;
  readonly queue: TranslationQueue;
  readonly translation: ImageTranslation;
  readonly bodies: BodyReader;
  readonly metrics: ServiceMetrics;
  /** Undefined where there are no pages. */
  readonly playgrounds?: Playgrounds;
  /** Seconds from the beginning of a request to its answer. */
  readonly timeout: number;
  /** Aborted when the service is about to end: it answers what comes, and closes its connections. */
  readonly ending: AbortSignal;
  readonly onRequest: (line: RequestLine) => void;
}
