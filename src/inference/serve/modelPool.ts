import { formatBytes } from '../../base/byteSize.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { Refused } from '../../base/http/refused.js';
import type { GeneratorInfo } from '../portable/generatorInfo.js';
import type { ComputeThread, ThreadOptions } from './computeThread.js';
import { noModel, type ServedModel } from './modelCatalogue.js';

/** A model in the memory of the computing thread. */
export interface LoadedModel {
  /** By which the thread knows it. */
  readonly id: number;
  readonly model: ServedModel;
  readonly info: GeneratorInfo;
}

/** A version that could not be read. */
interface Damaged {
  readonly version: string;
  readonly refusal: Refused;
  /** When it is tried again. */
  readonly until: number;
}

/** Seconds after which a model that could not be read is tried again. */
const RETRY = 10;

/**
 * The models that are loaded, within a bound of memory: the one that has not been used for longest goes first. The calls of
 * `use` must not overlap.
 */
export class ModelPool {
  /** By name, the one used last at the end. */
  private readonly loaded = new Map<string, LoadedModel>();
  /** By name; a version before it goes on. */
  private readonly damaged = new Map<string, Damaged>();
  private lastId = 0;

  /**
   * @param bound bytes, as `ServedModel` estimates them
   * @param now milliseconds
   */
  constructor(
    private readonly thread: ComputeThread,
    private readonly options: ThreadOptions,
    private readonly bound: number,
    private readonly onWarning: (message: string) => void,
    private readonly now = () => performance.now(),
  ) {}

  /** Bytes, as `ServedModel` estimates them. */
  get bytes(): number {
    return [...this.loaded.values()].reduce((total, { model }) => total + model.bytes, 0);
  }

  /** Those that are loaded. */
  list(): LoadedModel[] {
    return [...this.loaded.values()];
  }

  /**
   * The model of this name, loaded.
   * @param model as it is on the disk now; undefined where it is there no more: then it is the one that is loaded
   * @throws Refused with 404 where it is neither; 503 where it does not fit, or cannot be read and no former version of it is
   *   loaded
   */
  async use(name: string, model: ServedModel | undefined): Promise<LoadedModel> {
    const held = this.loaded.get(name);
    if (model === undefined && held === undefined) throw noModel(name);
    const isCurrent = model === undefined || held?.model.version === model.version;
    const used = isCurrent ? held! : await this.replace(held, model);
    this.loaded.delete(name);
    this.loaded.set(name, used);
    return used;
  }

  /** Takes a model out of memory, so that its next use loads it anew. */
  drop(name: string): void {
    const held = this.loaded.get(name);
    this.loaded.delete(name);
    if (held !== undefined) void this.thread.unload(held.id).catch(() => {}); // it may have ended, and its models with it
  }

  /** The thread has ended, and all models with it. */
  forget(): void {
    this.loaded.clear();
  }

  /** Frees all of them. */
  async dispose(): Promise<void> {
    const ids = this.list().map(({ id }) => id);
    this.forget();
    await Promise.allSettled(ids.map((id) => this.thread.unload(id)));
  }

  /** Loads a version, and then frees the former one, which goes on where the new one cannot be read. */
  private async replace(former: LoadedModel | undefined, model: ServedModel): Promise<LoadedModel> {
    const { name, version } = model;
    const known = this.damaged.get(name);
    if (known?.version !== version || known.until < this.now()) {
      this.requireFit(model);
      try {
        return await this.load(model);
      } catch (error) {
        if (!(error instanceof Pix2PixError)) throw error;
        this.note(model, error, known);
      }
    }
    if (former !== undefined) return former;
    throw this.damaged.get(name)!.refusal;
  }

  private async load(model: ServedModel): Promise<LoadedModel> {
    const { name, source } = model;
    if (this.bytes + model.bytes > this.bound) {
      await this.thread.verify(source, this.options); // before others go for what cannot be read
      this.makeRoom(model);
    }
    const id = ++this.lastId;
    const info = await this.thread.load(id, source, this.options);
    this.drop(name); // the former one
    this.damaged.delete(name);
    return { id, model, info };
  }

  private note({ name, version }: ServedModel, error: Pix2PixError, known: Damaged | undefined): void {
    const refusal = new Refused(
      503,
      `the model ${name} cannot be read: ${error.summary}`,
      error.fix ?? 'replace it',
      RETRY,
    );
    this.damaged.set(name, { version, refusal, until: this.now() + RETRY * 1000 });
    if (known?.version === version) return;
    const goesOn = this.loaded.has(name) ? '; the former one goes on' : '';
    this.onWarning(`${refusal.message}${goesOn}`);
  }

  private requireFit({ name, bytes }: ServedModel): void {
    if (bytes <= this.bound) return;
    throw new Refused(
      503,
      `the model ${name} needs about ${formatBytes(bytes)}, and models have ${formatBytes(this.bound)}`,
      'start the server with a larger --model_memory',
    );
  }

  private makeRoom({ bytes }: ServedModel): void {
    for (const oldest of this.loaded.keys()) {
      if (this.bytes + bytes <= this.bound) return;
      this.drop(oldest);
    }
  }
}
