import { plainLine } from '../../../../base/errors/plainText.js';
import { RemoteRefusal } from '../remoteTracker.js';
import { authorization, type Environment } from './credentials.js';

/**
 * A request that is not answered by then has failed; one that carries a file has a second more for each 100 KB. Long,
 * because nobody waits for it, and a busy server that is asked again too soon would never get done.
 */
const TIMEOUT_MILLISECONDS = 60_000;
const BYTES_PER_MILLISECOND = 100;
/** No answer that we ask for comes near. */
const MAX_ANSWER_BYTES = 16e6;
const MAX_REASON = 300;

/** The server's refusal of a request. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';

  constructor(
    readonly status: number,
    /** MLflow's own word for it: `RESOURCE_DOES_NOT_EXIST`. */
    readonly code: string,
    reason: string,
  ) {
    super(reason);
  }
}

/** MLflow's REST API 2.0 (https://mlflow.org/docs/latest/rest-api.html), as much of it as a run takes. */
export class MlflowClient {
  private readonly base: string;
  private readonly headers: Readonly<Record<string, string>>;

  /**
   * @param uri the server's address, as MLflow's own clients take it
   * @param signal ends every request
   * @param environment where the credentials are
   */
  constructor(
    uri: string,
    private readonly signal: AbortSignal,
    environment: Environment = process.env,
  ) {
    this.base = `${uri.replace(/\/+$/, '')}/api/2.0`;
    this.headers = { 'user-agent': 'pix2pix-ts', ...authorization(environment) };
  }

  /** @throws MlflowError for a refusal, anything else where there is no answer */
  get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    return this.ask(`/mlflow/${path}?${new URLSearchParams(query)}`, {});
  }

  /** @throws as `get` */
  post(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return this.ask(`/mlflow/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /**
   * Puts an artifact in place through the server.
   *
   * @param path below the root of the server's artifacts
   * @throws as `get`
   */
  async putArtifact(path: string, type: string, body: Blob): Promise<void> {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const init = { method: 'PUT', headers: { 'content-type': type }, body };
    await this.ask(`/mlflow-artifacts/artifacts/${encoded}`, init, body.size / BYTES_PER_MILLISECOND);
  }

  private async ask(path: string, init: RequestInit, extraMilliseconds = 0): Promise<unknown> {
    const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS + Math.ceil(extraMilliseconds));
    const response = await fetch(this.base + path, {
      ...init,
      headers: { ...this.headers, ...init.headers },
      redirect: 'manual', // the credentials are for this address and no other
      signal: AbortSignal.any([this.signal, timeout]),
    });
    const text = await boundedText(response);
    if (!response.ok) throw errorOf(response, text);
    return text === '' ? {} : JSON.parse(text);
  }
}

/**
 * Decides from the error that some data met whether they will never be accepted.
 *
 * @throws RemoteRefusal where the server has found the data wrong or too large; otherwise what was thrown
 */
export function refusing(error: unknown): never {
  if (error instanceof MlflowError && [400, 413, 422].includes(error.status)) {
    throw new RemoteRefusal(error.message, { cause: error });
  }
  throw error;
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the server answers without end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function errorOf(response: Response, text: string): MlflowError {
  const { status, statusText, headers } = response;
  if (status >= 300 && status < 400) {
    const to = plain(headers.get('location') ?? 'somewhere else');
    return new MlflowError(status, '', `it redirects to ${to}: pass that address`);
  }
  const told = parsed(text);
  const reason = plain(typeof told.message === 'string' ? told.message : '');
  const hint =
    status === 401 || status === 403 ? 'check MLFLOW_TRACKING_USERNAME and _PASSWORD, or _TOKEN' : '';
  const parts = [`${status} ${plain(statusText)}`.trim(), reason, hint].filter((part) => part !== '');
  return new MlflowError(status, String(told.error_code ?? ''), parts.join(': '));
}

function parsed(text: string): { readonly error_code?: unknown; readonly message?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** One short line that a terminal can be given. */
function plain(text: string): string {
  const line = plainLine(text.replace(/\s+/g, ' ').trim());
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line;
}
