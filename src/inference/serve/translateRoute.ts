import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { mediaTypeOf } from '../../base/http/mediaTypes.js';
import { Refused } from '../../base/http/refused.js';
import type { AppParts } from './appParts.js';
import type { ModelCatalogue } from './modelCatalogue.js';
import type { ServiceEnv } from './requestLog.js';
import { isJson, requestOfJson, settingsOfQuery, type TranslateRequest } from './translateRequest.js';

/** `POST /v1/translate`: an image for an image, or JSON for JSON. */
export function serveTranslate(app: Hono<ServiceEnv>, parts: AppParts): void {
  const { bodies, translation, queue, catalogue } = parts;

  app.post('/v1/translate', async (c) => {
    const asJson = isJson(c);
    const query = settingsOfQuery(c);
    const deadline = new Deadline(c, parts.timeout);
    try {
      return await bodies.with(c, deadline.signal, async (body) => {
        const request = asJson ? requestOfJson(body, query) : { ...query, images: [body] };
        const model = modelOf(request, catalogue);
        c.set('model', model);
        c.set('images', request.images.length);
        const giveBack = queue.reserve(request.images.length);
        try {
          const files = await translation.translate(model, request, deadline.signal);
          return asJson ? answerJson(c, model, request, files) : answerImage(c, request, files[0].file);
        } finally {
          giveBack();
        }
      });
    } finally {
      deadline.clear();
    }
  });
}

/** Aborts when a request's time is over, or nobody waits for its answer any more. */
class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly outgoing: HttpBindings['outgoing'];
  private readonly onClose = () => this.controller.abort(new Refused(400, 'the client has gone'));

  constructor(c: Context, seconds: number) {
    const late = new Refused(504, `there was no translation within ${seconds} s`, 'ask again later');
    this.timer = setTimeout(() => this.controller.abort(late), seconds * 1000);
    this.outgoing = (c.env as HttpBindings).outgoing; // the signal of the request would keep all requests in memory
    this.outgoing.once('close', this.onClose);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outgoing.off('close', this.onClose);
  }
}

/** The model that is asked for; where the request names none, the only one. */
function modelOf({ model }: TranslateRequest, catalogue: ModelCatalogue): string {
  if (model !== undefined) return catalogue.get(model).name;
  const names = catalogue.list().map(({ name }) => name);
  if (names.length === 1) return names[0];
  const fix = names.length === 0 ? 'train one' : `model: ${names.slice(0, 20).join(', ')}`;
  throw new Refused(400, `${names.length} models are served: name one`, fix);
}

function answerImage(c: Context, { format }: TranslateRequest, file: Uint8Array): Response {
  return c.body(file as Uint8Array<ArrayBuffer>, 200, { 'Content-Type': mediaTypeOf(`.${format}`)! });
}

function answerJson(
  c: Context,
  model: string,
  { format }: TranslateRequest,
  files: Awaited<ReturnType<AppParts['translation']['translate']>>,
): Response {
  const images = files.map(({ file, width, height }) => ({
    image: Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('base64'),
    mediaType: mediaTypeOf(`.${format}`),
    width,
    height,
  }));
  return c.json({ model, images });
}
