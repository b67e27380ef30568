import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import type {
  Annotations,
  Histogram,
  LogTail,
  Refusal,
  RunDetail,
  RunFile,
  RunList,
  RunSummary,
  RunsChanged,
  SavedView,
  Series,
} from '../../src/records/dashboard/api.js';
import type { SeriesQuery } from '../../src/records/reading/series.js';
import { type Connection, type DataSource, NoAnswer } from './source.js';

const RETRY_MILLISECONDS = 2000;
/** After these the server may be gone: whatever is shown pauses for two seconds between two questions, at most. */
const LAST_QUESTIONS_MILLISECONDS = 3000;

/** The dashboard's server, as `src/records/dashboard/api.ts` describes it. */
export class HttpSource implements DataSource {
  readonly isLive = true;

  /**
   * @param token what POST requests must carry
   * @param onConnection told whenever the stream of changes has been opened, lost, or ended for good
   */
  constructor(
    private readonly token: string,
    private readonly onConnection: (connection: Connection) => void = () => {},
  ) {}

  runs(): Promise<RunList> {
    return this.get('runs');
  }

  run(id: string): Promise<RunDetail> {
    return this.get('run', { run: id });
  }

  series({ runs, tags, fromStep, toStep, points }: SeriesQuery): Promise<readonly Series[]> {
    return this.get('series', { run: runs, tag: tags, from: fromStep, to: toStep, points });
  }

  imageUrl(run: string, tag: string, step: number): string {
    return url('image', { run, tag, step });
  }

  histograms(run: string, tag: string): Promise<readonly Histogram[]> {
    return this.get('histograms', { run, tag });
  }

  log(run: string): Promise<LogTail> {
    return this.get('log', { run });
  }

  files(run: string): Promise<readonly RunFile[]> {
    return this.get('files', { run });
  }

  exportSeriesUrl(runs: readonly string[], tag: string, format: 'csv' | 'json'): string {
    return url('export/series', { run: runs, tag, format });
  }

  exportRunUrl(run: string): string {
    return url('export/run', { run });
  }

  /**
   * The browser reconnects by itself after a broken connection, but not after a refusal: this reconnects after either.
   */
  subscribe(onChange: (changed: RunsChanged) => void): () => void {
    let stream: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      stream = new EventSource(url('events'));
      stream.addEventListener('open', () => this.onConnection('open'));
      stream.addEventListener('changed', ({ data }) => onChange(JSON.parse(data) as RunsChanged));
      stream.addEventListener('over', () => {
        this.onConnection('over');
        setTimeout(() => stream?.close(), LAST_QUESTIONS_MILLISECONDS);
      });
      stream.addEventListener('error', () => {
        this.onConnection('lost');
        stream?.close();
        retry = setTimeout(open, RETRY_MILLISECONDS);
      });
    };
    open();
    return () => {
      clearTimeout(retry);
      stream?.close();
    };
  }

  annotate(run: string, annotations: Annotations): Promise<RunSummary> {
    return this.post('annotate', run, annotations);
  }

  stop(run: string): Promise<void> {
    return this.post('stop', run);
  }

  save(run: string): Promise<void> {
    return this.post('save', run);
  }

  remove(run: string): Promise<void> {
    return this.post('delete', run, { confirm: run });
  }

  views(): Promise<readonly SavedView[]> {
    return this.get('views');
  }

  saveView(view: SavedView): Promise<readonly SavedView[]> {
    return this.post('view/save', undefined, view);
  }

  deleteView(name: string): Promise<readonly SavedView[]> {
    return this.post('view/delete', undefined, { name });
  }

  private get<T>(path: string, query?: Query): Promise<T> {
    return answer(fetch(url(path, query)));
  }

  private post<T>(path: string, run: string | undefined, body: object = {}): Promise<T> {
    const headers = { 'content-type': 'application/json', 'x-pix2pix-token': this.token };
    return answer(fetch(url(path, { run }), { method: 'POST', headers, body: JSON.stringify(body) }));
  }
}

type Query = Readonly<Record<string, string | number | undefined | readonly string[]>>;

function url(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) parameters.append(name, String(one));
    }
  }
  const text = parameters.toString();
  return `api/${path}${text === '' ? '' : `?${text}`}`;
}

/** @throws Pix2PixError with the server's message where it refuses, or saying that it cannot be reached */
async function answer<T>(request: Promise<Response>): Promise<T> {
  const noAnswer = (cause: unknown): never => {
    throw new NoAnswer('the server does not answer', {}, 'start it again', { cause });
  };
  const response = await request.catch(noAnswer);
  const text = await response.text().catch(noAnswer); // it may end in the middle of an answer
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  const refusal = readRefusal(text);
  throw new Pix2PixError(refusal?.error ?? `the server answers ${response.status}`, {}, refusal?.fix);
}

function readRefusal(text: string): Refusal | undefined {
  try {
    const value = JSON.parse(text) as Partial<Refusal>;
    return typeof value.error === 'string' ? { error: value.error, fix: value.fix } : undefined;
  } catch {
    return undefined; // a page of something between us and the server
  }
}
