import type { Hono } from 'hono';
import type { AppParts } from './appParts.js';
import type { LoadedModel } from './modelPool.js';
import type { ServiceEnv } from './requestLog.js';

/** One entry of `GET /v1/models`. */
export interface ModelEntry {
  readonly name: string;
  /** When its weights were written, ISO 8601. */
  readonly changedAt: string;
  /** The memory that it takes when it is loaded, estimated. */
  readonly bytes: number;
  readonly loaded: boolean;
  /** The facts below are known of a loaded model. */
  readonly inputChannels?: number;
  readonly outputChannels?: number;
  readonly normMode?: string;
}

/** `GET /v1/models`. */
export function serveModels(app: Hono<ServiceEnv>, { catalogue, pool }: AppParts): void {
  app.get('/v1/models', (c) => {
    const loaded = new Map(pool.list().map((held) => [held.model.name, held]));
    const models = catalogue.list().map(
      ({ name, changedAt, bytes }): ModelEntry => ({
        name,
        changedAt: changedAt.toISOString(),
        bytes,
        loaded: loaded.has(name),
        ...factsOf(loaded.get(name)),
      }),
    );
    return c.json({ models });
  });
}

function factsOf(held: LoadedModel | undefined): Partial<ModelEntry> {
  if (held === undefined) return {};
  const { inputNc, outputNc, normMode } = held.info;
  return { inputChannels: inputNc, outputChannels: outputNc, normMode };
}
