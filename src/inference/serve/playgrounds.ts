import '../../base/noTelemetry.js';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { receiveError, type SentError } from '../../base/errors/sentError.js';
import type { ThreadOptions } from './computeThread.js';
import type { ServedModel } from './modelCatalogue.js';

/** What the thread is told. */
export interface PlaygroundOrder {
  readonly source: string;
  readonly options: ThreadOptions;
  readonly out: string;
}

export interface PlaygroundAnswer {
  readonly failure?: SentError;
}

/** A folder for any static server, as `export --format web` writes it. */
export interface Playground {
  readonly folder: string;
  /** Its files, by their paths in addresses. */
  readonly files: ReadonlySet<string>;
}

/** Folders that are kept at a time, each as large as its model. */
const KEPT = 8;

/** The playgrounds of models: folders that `export --format web` has written, each when it is first asked for. */
export class Playgrounds {
  /** By model, the one used last at the end. */
  private readonly made = new Map<
    string,
    { readonly version: string; readonly playground: Promise<Playground> }
  >();
  private root: string | undefined;

  constructor(private readonly options: ThreadOptions) {}

  /** Whether it can be written for a model: an exported graph has no weights to export. */
  static isFor({ source }: ServedModel): boolean {
    return !/\.onnx$/i.test(source);
  }

  /** @throws what `exportGenerator` throws */
  of(model: ServedModel): Promise<Playground> {
    const known = this.made.get(model.name);
    this.made.delete(model.name);
    const isCurrent = known?.version === model.version;
    if (known !== undefined && !isCurrent) remove(known.playground);
    const playground = isCurrent ? known.playground : this.make(model);
    this.made.set(model.name, { version: model.version, playground });
    playground.catch(() => this.made.delete(model.name)); // the next visit tries again
    for (const [name, oldest] of [...this.made].slice(0, -KEPT)) {
      this.made.delete(name);
      remove(oldest.playground);
    }
    return playground;
  }

  /** Removes all of them. */
  dispose(): void {
    if (this.root !== undefined) rmSync(this.root, { recursive: true, force: true });
  }

  private async make({ source }: ServedModel): Promise<Playground> {
    this.root ??= mkdtempSync(join(tmpdir(), 'pix2pix-playground-'));
    const folder = join(mkdtempSync(join(this.root, 'model-')), 'site');
    const worker = new Worker(new URL('./playgroundWorker.js', import.meta.url), {
      workerData: { source, options: this.options, out: folder } satisfies PlaygroundOrder,
      execArgv: [], // flags such as --input-type are for the main script and would be refused
    });
    const [{ failure }] = (await once(worker, 'message')) as [PlaygroundAnswer];
    if (failure !== undefined) throw receiveError(failure);
    const entries = readdirSync(folder, { recursive: true }).map((name) =>
      String(name).replaceAll('\\', '/'),
    );
    return { folder, files: new Set(entries) };
  }
}

function remove(playground: Promise<Playground>): void {
  void playground.then(({ folder }) => rmSync(folder, { recursive: true, force: true })).catch(() => {});
}
