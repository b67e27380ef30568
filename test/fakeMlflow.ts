import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The fate of a request: `lost`: carries it out without answering; `broken`: neither; `hung`: never
 * answers. A number is the status of a refusal.
 */
export type Fate = 'ok' | 'lost' | 'broken' | 'hung' | number;

interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

interface StoredRun {
  readonly info: Record<string, unknown>;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  /** As they came. */
  readonly metrics: Metric[];
}

/** As much of an MLflow server as a run takes, which fails when it is told to. Checked beside the real one. */
export class FakeMlflow {
  readonly runs = new Map<string, StoredRun>();
  readonly experiments = new Map<string, string>();
  readonly artifacts = new Map<string, Buffer>();
  readonly authorizations: (string | undefined)[] = [];
  requests = 0;
  private made = 0;
  /** Of the request so far, before anything is done. */
  fate: (path: string, body: Buffer) => Fate = () => 'ok';
  delay = 0;
  private server: Server | undefined;
  private port = 0;

  get uri(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens; a second time on the port that it had before. */
  async start(): Promise<this> {
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error) => response.destroy(error));
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** The only run; metrics as MLflow keeps them, one of a kind. */
  get run() {
    const [run, ...others] = this.runs.values();
    if (others.length > 0) throw new Error(`${others.length + 1} runs`);
    const distinct = new Map(run.metrics.map((metric) => [JSON.stringify(Object.values(metric)), metric]));
    return { ...run, distinct: [...distinct.values()] };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    this.authorizations.push(request.headers.authorization);
    const fate = this.fate(request.url!, body);
    await sleep(this.delay);
    if (fate === 'hung') return;
    if (fate === 'broken') return void response.destroy();
    if (typeof fate === 'number') return void response.writeHead(fate).end('<html>no</html>');
    const [status, answer] = this.answer(request.method!, new URL(request.url!, this.uri), body);
    if (fate === 'lost') return void response.destroy();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  private answer(method: string, url: URL, body: Buffer): [number, object] {
    const artifact = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.*)$/.exec(url.pathname)?.[1];
    if (artifact !== undefined && method === 'PUT') {
      this.artifacts.set(decodeURIComponent(artifact), body);
      return [200, {}];
    }
    const path = url.pathname.replace('/api/2.0/mlflow/', '');
    const given = method === 'POST' ? JSON.parse(body.toString()) : Object.fromEntries(url.searchParams);
    if (path.startsWith('experiments/')) return this.experiment(path, given);
    if (path === 'runs/create') return this.create(given);
    if (path === 'runs/search') return this.search(given);
    const run = this.runs.get(given.run_id);
    if (run === undefined) return [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no run' }];
    if (path === 'runs/update') Object.assign(run.info, given);
    if (path === 'runs/log-batch') this.log(run, given);
    return [200, { run: { info: run.info } }];
  }

  private experiment(path: string, given: Record<string, string>): [number, object] {
    if (path.endsWith('create')) this.experiments.set(given.name, String(this.experiments.size + 1));
    const id = this.experiments.get(given.experiment_name ?? given.name);
    if (id === undefined) return [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no experiment' }];
    return [200, { experiment_id: id, experiment: { experiment_id: id, lifecycle_stage: 'active' } }];
  }

  private create(given: { tags: { key: string; value: string }[] }): [number, object] {
    const id = `run${++this.made}`;
    const artifact_uri = `mlflow-artifacts:/1/${id}/artifacts`;
    const info = { ...given, run_id: id, artifact_uri, lifecycle_stage: 'active', status: 'RUNNING' };
    const tags = new Map(given.tags.map(({ key, value }) => [key, value]));
    this.runs.set(id, { info, params: new Map(), tags, metrics: [] });
    return [200, { run: { info } }];
  }

  private search({ filter }: { filter: string }): [number, object] {
    const [, key, value] = /^tags\.`(.*)` = '(.*)'$/.exec(filter)!;
    const found = [...this.runs.values()].filter(({ tags }) => tags.get(key) === value);
    return [200, { runs: found.map(({ info }) => ({ info })) }];
  }

  private log(run: StoredRun, given: Record<string, { key: string; value: string }[] | undefined>): void {
    for (const { key, value } of given.params ?? []) run.params.set(key, value);
    for (const { key, value } of given.tags ?? []) run.tags.set(key, value);
    run.metrics.push(...((given.metrics ?? []) as unknown as Metric[]));
  }
}

/** A server that listens until the tests of the file are done. */
export async function fakeMlflow(): Promise<FakeMlflow> {
  const fake = await new FakeMlflow().start();
  after(() => fake.stop());
  return fake;
}
