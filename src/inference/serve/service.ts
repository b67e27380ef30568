import { setMaxListeners } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { accessTokenOf, LOOPBACK, listen } from '../../base/http/listen.js';
import { createApp } from './app.js';
import { ComputeThread } from './computeThread.js';
import { ImageTranslation } from './imageTranslation.js';
import { ServiceMetrics } from './metrics.js';
import { ModelCatalogue, type ServedModel } from './modelCatalogue.js';
import { ModelPool } from './modelPool.js';
import { removeLeftPlaygrounds } from './playgroundFolder.js';
import { Playgrounds } from './playgrounds.js';
import { BodyReader } from './readBody.js';
import { DEFAULT_SERVICE_PORT, defaultLimits, type ServiceSettings } from './settings.js';
import { TranslationQueue } from './translationQueue.js';

/** A service that runs. */
export interface Service {
  /** With the token, where one was made; one that was given is known, and is not to be printed. */
  readonly url: string;
  /** The models that it serves now. */
  models(): ServedModel[];
  /**
   * Ends it when all that is under way has been answered: `/readyz` says at once that nothing more should be asked, but what
   * is asked for in the `drainDelay` is answered too, and connections are closed with their next answer. It takes
   * `drainDelay`, `timeout` and five seconds at most.
   * @returns whether the engine has ended too: what it computes cannot be interrupted, and keeps the program from ending
   */
  drain(): Promise<boolean>;
}

/** Bodies that are held at a time, as a multiple of the longest. */
const BODIES = 8;
/** Milliseconds for the headers of a request, and between two looks for those that are late. */
const HEADERS_TIMEOUT = 10_000;
const LATE_CHECK = 1000;
/** Milliseconds in which what is on its way arrives, and between two looks for connections that are done. */
const ARRIVAL = 500;
const STEP = 50;
/** Milliseconds for the engine to end when nobody waits for its results any more. */
const ENGINE_END = 5000;
/** Of the event loop, in which connections are accepted at last. */
const MOST_TURNS = 1000;

/**
 * Starts the service.
 *
 * ```ts
 * const service = await startService({ models: ['facades_pix2pix'], port: 8098 });
 * process.once('SIGTERM', () => service.drain());
 * ```
 *
 * @throws Pix2PixError where a model that was named is not there, the port is taken, the address is none of this machine, or
 *   the token is short enough to be guessed
 */
export async function startService(settings: ServiceSettings): Promise<Service> {
  const { host = LOOPBACK, port = DEFAULT_SERVICE_PORT, token, onWarning = console.warn } = settings;
  const limits = { ...defaultLimits(), ...settings.limits };
  const address = { host, port, token };
  const accessToken = accessTokenOf(address);
  const catalogue = new ModelCatalogue(settings.models, settings);
  const { checkpointsDir, epoch, generator, normMode, device, gpu, threads } = settings;
  const options = { checkpointsDir, epoch, generator, normMode, device, gpu, threads };
  const thread: ComputeThread = new ComputeThread(onWarning, (error) => {
    onWarning(`the models are loaded again: ${error.message}`);
    pool.forget();
  });
  const pool = new ModelPool(thread, options, limits.modelBytes, onWarning);
  const metrics: ServiceMetrics = new ServiceMetrics({
    imagesUnderWay: () => queue.length,
    modelBytes: () => pool.bytes,
  });
  const onBatch = metrics.onBatch.bind(metrics);
  const queue: TranslationQueue = new TranslationQueue({ catalogue, pool, thread, onBatch }, limits);
  removeLeftPlaygrounds();
  const playgrounds = settings.hasPages === false ? undefined : new Playgrounds(options, limits.timeout);
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const app = createApp({
    access: { host, accessToken },
    origins: settings.origins ?? [],
    ...{ catalogue, pool, queue, metrics, playgrounds },
    translation: new ImageTranslation(queue, limits.imagePixels),
    bodies: new BodyReader(limits.bodyBytes, BODIES * limits.bodyBytes),
    timeout: limits.timeout,
    ending: ending.signal,
    onRequest: settings.onRequest ?? (() => {}),
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    hostname: host,
    serverOptions: {
      requestTimeout: limits.timeout * 1000,
      headersTimeout: Math.min(HEADERS_TIMEOUT, limits.timeout * 1000),
      connectionsCheckingInterval: LATE_CHECK,
    },
  }) as Server;
  server.timeout = 2 * limits.timeout * 1000; // of a connection on which nothing moves, as when an answer is not read
  const url = await listen(server, address, 'a service');
  return {
    url: accessToken === token ? url : `${url}?token=${accessToken}`,
    models: () => catalogue.list(),
    drain: async () => {
      ending.abort();
      await sleep(limits.drainDelay * 1000);
      await closed(server, limits.timeout);
      const ended = pool.dispose().then(() => thread.close());
      return isDoneWithin(ENGINE_END, Promise.all([ended, playgrounds?.dispose()]));
    },
  };
}

/** Whether work is done in so many milliseconds; it goes on if not. */
async function isDoneWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(milliseconds, false, { signal: over.signal }).catch(() => false);
  const isDone = await Promise.race([work.then(() => true), late]);
  over.abort();
  return isDone;
}

/**
 * Takes no new connection, and waits for the answers to what is under way, at most for the time that a request has. The
 * server's own `close` would at once close connections on which nothing has come yet: a request may be on its way there.
 */
async function closed(server: Server, timeout: number): Promise<void> {
  const end = performance.now() + timeout * 1000;
  let isClosed = false;
  await allAccepted(server);
  NetServer.prototype.close.call(server, () => {
    isClosed = true;
  });
  for (let waited = 0; !isClosed; waited += STEP) {
    await sleep(STEP);
    if (waited >= ARRIVAL) server.closeIdleConnections();
    if (performance.now() > end) server.closeAllConnections();
  }
}

/**
 * Waits until no connection waits to be accepted: the system resets those that do when nobody listens any more. One is
 * accepted in a turn of the event loop.
 */
async function allAccepted(server: Server): Promise<void> {
  let accepted = 1;
  const count = () => accepted++;
  server.on('connection', count);
  for (let turn = 0; turn < MOST_TURNS && accepted > 0; turn++) {
    accepted = 0;
    await immediate();
  }
  server.off('connection', count);
}
