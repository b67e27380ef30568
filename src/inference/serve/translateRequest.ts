import type { Context } from 'hono';
import { Refused } from '../../base/http/refused.js';
import { type PictureFormat, pictureFormats } from '../encodeImage.js';

/** How images are to be translated. */
export interface TranslateSettings {
  /** Undefined where the request names none. */
  readonly model: string | undefined;
  readonly format: PictureFormat;
  /** Of JPEG and WebP, 1 ... 100. */
  readonly quality: number;
}

/** The content of a request for translations. */
export interface TranslateRequest extends TranslateSettings {
  /** Files in any format that is read. */
  readonly images: readonly Uint8Array[];
}

export const DEFAULT_QUALITY = 95;
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const IMAGE_TYPE = /^(?:image\/[\w.+-]+|application\/octet-stream)\s*(?:;|$)/i;
/** RFC 4648, section 4, with padding; of the description alone, since its groups overflow V8's stack at some megabytes. */
export const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const FIELDS = ['model', 'images', 'format', 'quality'];

/** Whether the request's body is to be JSON; else it is an image. @throws Refused with 415 where it is neither */
export function isJson(c: Context): boolean {
  const encoding = c.req.header('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new Refused(415, 'bodies are taken uncompressed alone', 'leave out Content-Encoding');
  const type = c.req.header('content-type') ?? '';
  if (JSON_TYPE.test(type)) return true;
  if (IMAGE_TYPE.test(type)) return false;
  throw new Refused(
    415,
    `the body is ${type === '' ? 'of no type' : type.slice(0, 100)}`,
    'send Content-Type: image/png (or another image), application/octet-stream or application/json',
  );
}

/** What the query says. @throws Refused with 400 */
export function settingsOfQuery(c: Context): TranslateSettings {
  const { model, format, quality } = c.req.query();
  const number = quality !== undefined && /^\d{1,3}$/.test(quality) ? Number(quality) : quality;
  return settingsOf({ model, format, quality: number });
}

/** A request whose body is JSON. @param query says what the body does not @throws Refused with 400 */
export function requestOfJson(body: Uint8Array, query: TranslateSettings): TranslateRequest {
  const request = objectOf(body);
  const unknown = Object.keys(request).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined)
    throw new Refused(400, `there is no field ${JSON.stringify(unknown.slice(0, 100))}`, FIELDS.join(', '));
  const { images, ...own } = request;
  const settings = settingsOf({ ...query, ...own });
  if (!Array.isArray(images) || images.length === 0)
    throw new Refused(400, 'images is to be a list of images in base64', '{ "images": ["iVBORw0KGgo..."] }');
  return { ...settings, images: images.map(bytesOf) };
}

function objectOf(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new Refused(400, 'the body is no JSON object', '{ "images": ["iVBORw0KGgo..."] }');
}

/** As `BASE64` says, of texts of any length. */
function isBase64(text: unknown): text is string {
  return (
    typeof text === 'string' && text !== '' && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
  );
}

function bytesOf(text: unknown, index: number): Uint8Array {
  if (isBase64(text)) return Buffer.from(text, 'base64');
  throw new Refused(
    400,
    `images[${index}] is no base64 (RFC 4648, with padding)`,
    'encode the bytes of the file',
  );
}

function settingsOf({
  model,
  format = 'png',
  quality = DEFAULT_QUALITY,
}: Readonly<Record<string, unknown>>): TranslateSettings {
  if (model !== undefined && typeof model !== 'string')
    throw new Refused(400, 'model is to be a text', 'GET /v1/models lists them');
  const known = pictureFormats.find((name) => name === format);
  if (known === undefined)
    throw new Refused(400, 'there is no such format', `format: ${pictureFormats.join(', ')}`);
  if (!Number.isInteger(quality) || Number(quality) < 1 || Number(quality) > 100)
    throw new Refused(400, 'quality is to be a whole number, 1 to 100', `quality=${DEFAULT_QUALITY}`);
  return { model, format: known, quality: Number(quality) };
}
