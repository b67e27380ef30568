import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
import { parseInfo } from '../src/inference/portable/generatorInfo.js';
import { MODEL_FORMAT, MODEL_INDEX, type ModelIndex } from '../src/inference/portable/modelIndex.js';

/** How much of a model has arrived, in bytes. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
}

/** More than that no page has memory for. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Fetches a model in its pieces, which the browser keeps in its cache.
 * @throws Pix2PixError when the server has not all of it
 */
export async function downloadModel(
  folder: URL,
  onProgress: (progress: LoadProgress) => void,
): Promise<{ readonly index: ModelIndex; readonly file: Uint8Array }> {
  const index = await readIndex(new URL(MODEL_INDEX, folder));
  const file = new Uint8Array(index.bytes);
  let loaded = 0;
  for (const { name, bytes } of index.chunks) {
    const start = loaded;
    for await (const part of bytesOf(new URL(name, folder))) {
      if (loaded + part.length > start + bytes) throw incomplete(name, `more than ${bytes} bytes`);
      file.set(part, loaded);
      loaded += part.length;
      onProgress({ loaded, total: index.bytes });
    }
    if (loaded !== start + bytes) throw incomplete(name, `${loaded - start} of ${bytes} bytes`);
  }
  return { index, file };
}

async function readIndex(url: URL): Promise<ModelIndex> {
  const index = parseIndex(await (await get(url, 'no-cache')).text());
  if (index.format !== MODEL_FORMAT) {
    throw new Pix2PixError(
      'the model is of another version than this page',
      { file: url.href, format: String(index.format), 'read here': MODEL_FORMAT },
      'export the generator and the page with one version of pix2pix-ts',
    );
  }
  const sizes = index.chunks?.reduce((sum, { bytes }) => sum + bytes, 0);
  if (sizes !== index.bytes || !(sizes <= MAX_BYTES)) throw incomplete(url.href, 'it does not hold together');
  return { ...index, info: parseInfo(JSON.stringify(index.info), url.href) };
}

function parseIndex(text: string): ModelIndex {
  try {
    const index = JSON.parse(text);
    if (typeof index === 'object' && index !== null) return index;
  } catch {
    // said below
  }
  throw incomplete(MODEL_INDEX, 'it is no JSON: the server gives something else for it');
}

async function* bytesOf(url: URL): AsyncGenerator<Uint8Array> {
  const reader = (await get(url)).body!.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield value!;
}

async function get(url: URL, cache: RequestCache = 'default'): Promise<Response> {
  const response = await fetch(url, { cache }).catch((error: Error) => {
    throw incomplete(url.href, error.message);
  });
  if (!response.ok) throw incomplete(url.href, `the server answers ${response.status}`);
  return response;
}

function incomplete(file: string, reason: string): Pix2PixError {
  return new Pix2PixError(
    'the model cannot be loaded',
    { file, reason },
    'copy the whole exported folder again',
  );
}
