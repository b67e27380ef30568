import { mediaTypeOf } from '../../base/http/mediaTypes.js';
import { productVersion } from '../../base/product.js';
import { pictureFormats } from '../encodeImage.js';
import { BASE64, DEFAULT_QUALITY } from './translateRequest.js';

// The description of the service by OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1). It is written by hand; the tests hold it
// against the routes, and the answers against it.

/** Of translations. */
const MEDIA_TYPES = pictureFormats.map((format) => mediaTypeOf(`.${format}`)!);
const text = { type: 'string' } as const;
const whole = { type: 'integer', minimum: 0 } as const;
const refusal = { $ref: '#/components/schemas/Refusal' } as const;
/** What is answered, by media type. */
type Content = Readonly<Record<string, { readonly schema: object }>>;
const json = (schema: object): Content => ({ 'application/json': { schema } });

const requestId = {
  'X-Request-Id': { description: 'By which the log names the request.', schema: text },
} as const;
const retryAfter = { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 1 } } };

const answer = (description: string, content: Content, headers: object = {}) => ({
  description,
  headers: { ...requestId, ...headers },
  content,
});
const refused = (description: string, headers: object = {}) => answer(description, json(refusal), headers);

/** What any route may answer. */
const GUARDED = {
  401: refused('A token is required.', {
    'WWW-Authenticate': { description: 'Bearer', schema: text },
  }),
  403: refused('The Host or the Origin of the request is none that is served.'),
};

/** A PNG of one pixel. */
const ONE_PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNw6TgDAAKsAZlPvfJ5AAAAAElFTkSuQmCC';
/** Of a route that asks for no token. */
const OPEN = { security: [] as readonly object[] } as const;
const BASE64_FORM = { minLength: 4, pattern: BASE64.source } as const;
const binary = { type: 'string', contentMediaType: 'application/octet-stream' } as const;
const format = {
  type: 'string',
  enum: pictureFormats,
  default: 'png',
  description: 'Of the translation.',
} as const;
const quality = {
  ...{ type: 'integer', minimum: 1, maximum: 100, default: DEFAULT_QUALITY },
  description: 'Of JPEG and WebP.',
} as const;
const model = { ...text, description: 'By its name. May be left out where one model is served.' } as const;
const inQuery = (name: string, { description, ...schema }: { description: string }) => ({
  ...{ name, in: 'query', required: false, description, schema },
});

const translate = {
  operationId: 'translate',
  summary: 'Translate images.',
  description:
    'An image as the body gives an image as the answer, and the query says how. JSON gives JSON, and takes several images: all of them are translated, or none.',
  parameters: [inQuery('model', model), inQuery('format', format), inQuery('quality', quality)],
  requestBody: {
    required: true,
    description: 'An image (JPEG, PNG, WebP, TIFF, GIF, AVIF, BMP, PPM or PGM), or JSON.',
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/TranslateRequest' },
        example: { images: [ONE_PIXEL], format: 'png' },
      },
      'application/octet-stream': { schema: binary },
      'image/*': { schema: binary },
    },
  },
  responses: {
    200: answer('The translation.', {
      ...json({ $ref: '#/components/schemas/Translations' }),
      ...Object.fromEntries(MEDIA_TYPES.map((type) => [type, { schema: binary }])),
    }),
    400: refused('The request is not as it is described here.'),
    404: refused('There is no such model.'),
    408: refused('The request did not come in time.'),
    413: refused('Too many bytes, pixels or images.'),
    415: refused('The body is of another type.'),
    422: refused('This is no image, a damaged one, or one that the model does not take.'),
    429: refused('Too much is under way.', retryAfter),
    500: refused('The machine refuses something, or a defect.'),
    503: refused(
      'The model does not fit into memory, or cannot be read; or the machine lacks something.',
      retryAfter,
    ),
    504: refused('There was no translation in time.'),
    ...GUARDED,
  },
} as const;

const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'pix2pix-ts',
    version: productVersion,
    description: 'Translates images with trained generators.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  paths: {
    '/v1/translate': { post: translate },
    '/v1/models': {
      get: {
        operationId: 'models',
        summary: 'The models that are served.',
        responses: {
          200: answer('By their names.', json({ $ref: '#/components/schemas/Models' })),
          ...GUARDED,
        },
      },
    },
    '/healthz': {
      get: {
        operationId: 'health',
        summary: 'Whether the service runs.',
        ...OPEN,
        responses: { 200: answer('It does.', json({ $ref: '#/components/schemas/Status' })) },
      },
    },
    '/readyz': {
      get: {
        operationId: 'ready',
        summary: 'Whether requests are to be sent to it.',
        ...OPEN,
        responses: {
          200: answer('It is.', json({ $ref: '#/components/schemas/Status' })),
          503: answer('It ends soon.', json({ $ref: '#/components/schemas/Status' })),
        },
      },
    },
    '/metrics': {
      get: {
        operationId: 'metrics',
        summary: "The service's figures, for Prometheus.",
        responses: { 200: answer('The text format.', { 'text/plain': { schema: text } }), ...GUARDED },
      },
    },
    '/openapi.json': {
      get: {
        operationId: 'description',
        summary: 'This description.',
        responses: { 200: answer('OpenAPI 3.1.', json({ type: 'object' })), ...GUARDED },
      },
    },
  },
  components: {
    schemas: {
      TranslateRequest: {
        type: 'object',
        additionalProperties: false,
        required: ['images'],
        properties: {
          model,
          images: {
            type: 'array',
            minItems: 1,
            items: {
              ...text,
              ...BASE64_FORM,
              contentEncoding: 'base64',
              description: 'An image file in base64.',
            },
          },
          format,
          quality,
        },
      },
      Translations: {
        type: 'object',
        additionalProperties: false,
        required: ['model', 'images'],
        properties: {
          model: text,
          images: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['image', 'mediaType', 'width', 'height'],
              properties: {
                image: { ...text, contentEncoding: 'base64' },
                mediaType: { type: 'string', enum: MEDIA_TYPES },
                width: whole,
                height: whole,
              },
            },
          },
        },
      },
      Models: {
        type: 'object',
        additionalProperties: false,
        required: ['models'],
        properties: { models: { type: 'array', items: { $ref: '#/components/schemas/Model' } } },
      },
      Model: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'changedAt', 'bytes', 'loaded'],
        properties: {
          name: text,
          changedAt: { ...text, format: 'date-time', description: 'When its weights were written.' },
          bytes: { ...whole, description: 'Of memory when it is loaded, estimated.' },
          loaded: { type: 'boolean' },
          inputChannels: { ...whole, description: 'Of a loaded model, as the following.' },
          outputChannels: whole,
          normMode: { type: 'string', enum: ['batch', 'running'] },
        },
      },
      Status: {
        type: 'object',
        additionalProperties: false,
        required: ['status'],
        properties: { status: { type: 'string', enum: ['running', 'ready', 'ending'] } },
      },
      Refusal: {
        type: 'object',
        additionalProperties: false,
        required: ['error', 'requestId'],
        properties: {
          error: { ...text, description: 'What is wrong.' },
          fix: { ...text, description: 'How to correct it.' },
          requestId: text,
        },
      },
    },
  },
} as const;

/** The description that `GET /openapi.json` gives. @param needsToken whether the service asks for one */
export function describeService(needsToken: boolean) {
  if (!needsToken) return openApi;
  const token = { type: 'http', scheme: 'bearer' } as const;
  return {
    ...openApi,
    security: [{ token: [] }],
    components: { ...openApi.components, securitySchemes: { token } },
  };
}
