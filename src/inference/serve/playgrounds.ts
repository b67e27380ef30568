import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MachineError } from '../../base/errors/machineError.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { Refused } from '../../base/http/refused.js';
import { canBeDrawn, formatsOfGenerator } from '../portable/imageFormats.js';
import type { ThreadOptions } from './computeThread.js';
import type { ServedModel } from './modelCatalogue.js';
import { ModelFacts } from './modelFacts.js';
import { makePlaygroundFolder } from './playgroundFolder.js';
import { writePlayground } from './writePlayground.js';

/** A folder for any static server, as `export --format web` writes it. */
export interface Playground {
  readonly folder: string;
  /** Its files, by their paths in addresses. */
  readonly files: ReadonlySet<string>;
}

/** Folders that are kept at a time, each as large as its model; and those that may be waited for. */
const KEPT = 8;
/** Seconds after which one may ask again that had to wait for others. */
const RETRY = 10;

/**
 * The playgrounds of models: folders that `export --format web` has written, each when it is first asked for, one at a time:
 * each takes a core and the memory of its model.
 */
export class Playgrounds {
  /** By model, the one used last at the end. */
  private readonly made = new Map<
    string,
    { readonly version: string; readonly playground: Promise<Playground> }
  >();
  readonly facts: ModelFacts;
  private root: string | undefined;
  /** Of those that are written, which must not overlap. */
  private last: Promise<unknown> = Promise.resolve();
  private unwritten = 0;
  /** Ends what is being written. */
  private stop = new AbortController();
  private isEnded = false;

  /**
   * @param seconds from the moment that one is asked for until it is there
   * @param program that writes them instead, in tests
   */
  constructor(
    private readonly options: ThreadOptions,
    private readonly seconds: number,
    private readonly program?: string,
  ) {
    this.facts = new ModelFacts(options);
  }

  /** Whether one can be written for a model: an exported graph has no weights to export, and not everything can be drawn. */
  isFor(model: ServedModel): boolean {
    if (/\.onnx$/i.test(model.source)) return false;
    const generator = this.facts.of(model);
    return generator === undefined || canBeDrawn(formatsOfGenerator(generator).input);
  }

  /**
   * The current one of a model.
   * @throws Refused with 404 where there is none for it, 429 where too many are waited for, 504 where it took too long, 503 where
   *   the model cannot be exported
   */
  of(model: ServedModel): Promise<Playground> {
    if (!this.isFor(model)) {
      const fix = 'translate files with it by pix2pix translate';
      throw new Refused(404, `${model.name} has no playground: a page draws pictures and classes`, fix);
    }
    const known = this.made.get(model.name);
    const isCurrent = known?.version === model.version;
    const playground = isCurrent ? known.playground : this.make(model);
    this.made.delete(model.name);
    if (known !== undefined && !isCurrent) remove(known.playground);
    const entry = { version: model.version, playground };
    this.made.set(model.name, entry);
    playground.catch(() => {
      if (this.made.get(model.name) === entry) this.made.delete(model.name); // the next visit tries again
    });
    for (const [name, oldest] of [...this.made].slice(0, -KEPT)) {
      this.made.delete(name);
      remove(oldest.playground);
    }
    return playground;
  }

  /** Removes all of them, and ends what is being written. */
  async dispose(): Promise<void> {
    this.isEnded = true;
    this.stop.abort(ended());
    await this.last;
    if (this.root !== undefined) rmSync(this.root, { recursive: true, force: true });
  }

  private make(model: ServedModel): Promise<Playground> {
    if (this.unwritten >= KEPT)
      throw new Refused(429, 'too many playgrounds are waited for', 'visit it again', RETRY);
    this.unwritten++;
    const deadline = performance.now() + this.seconds * 1000;
    const made = this.last.then(() => this.write(model, deadline)).finally(() => this.unwritten--);
    this.last = made.catch(() => {});
    return made;
  }

  private async write({ name, source }: ServedModel, deadline: number): Promise<Playground> {
    if (this.isEnded) throw ended();
    this.stop = new AbortController();
    const timer = setTimeout(() => this.stop.abort(this.late()), deadline - performance.now());
    this.root ??= makePlaygroundFolder();
    const folder = join(mkdtempSync(join(this.root, 'model-')), 'site');
    try {
      await writePlayground({ source, options: this.options, out: folder }, this.stop.signal, this.program);
      const entries = readdirSync(folder, { recursive: true });
      return { folder, files: new Set(entries.map((name) => String(name).replaceAll('\\', '/'))) };
    } catch (error) {
      removeFolder(folder);
      throw isOfModel(error) ? noPlayground(name, error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  private late(): Refused {
    return new Refused(504, `there was no playground within ${this.seconds} s`, 'visit it again', RETRY);
  }
}

/** Whether it is the model's fault: that of whoever asks for its page it never is. */
const isOfModel = (error: unknown): error is Pix2PixError =>
  error instanceof Pix2PixError && !(error instanceof MachineError);

function noPlayground(name: string, { summary, fix }: Pix2PixError): Refused {
  return new Refused(503, `there is no playground of ${name}: ${summary}`, fix ?? 'replace the model', RETRY);
}

const ended = () => new Refused(503, 'the service is ending');

function remove(playground: Promise<Playground>): void {
  void playground.then(({ folder }) => removeFolder(folder)).catch(() => {});
}

const removeFolder = (site: string) => rmSync(dirname(site), { recursive: true, force: true });
