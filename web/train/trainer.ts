import { signal } from '@preact/signals';
import { packTar } from 'modern-tar';
import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import type { ImageBatch } from '../../src/data/batch/imageBatch.js';
import { Notices } from '../notices.js';
import { saveFile } from '../saveFile.js';
import { directFiles } from './folderFiles.js';
import { forgetData } from './keptData.js';
import type { Event, Options, Request } from './messages.js';
import { checkpointFiles, copyLatest, readLatest, verifyLatest } from './pageCheckpoints.js';
import type { NamedFile, PairPlan } from './pairSource.js';
import { openFileStore, removeFolder, storedFolders } from './privateStorage.js';
import { withRun } from './runLock.js';
import { trainableOptions } from './trainable.js';

/** A run that the browser has. */
export interface StoredRun {
  readonly name: string;
  /** What its checkpoint says: images are those seen. Undefined where nothing was saved, or it cannot be read. */
  readonly saved?: { readonly epoch: number; readonly images: number };
}

/** One point of the curves. */
export interface LossPoint {
  readonly step: number;
  readonly losses: Readonly<Record<string, number>>;
}

/** More points are thinned: no screen has so many columns. */
const MOST_POINTS = 2000;
/** Of warnings that are shown. */
const MOST_WARNINGS = 5;

export type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting'; readonly text: string }
  | {
      readonly kind: 'training';
      readonly adapter: string;
      readonly images: number;
      readonly lastEpoch: number;
    }
  | { readonly kind: 'ended'; readonly text: string; readonly isError: boolean };

/** The training in the page, as it is seen. */
export class Trainer {
  readonly run = signal('');
  readonly state = signal<State>({ kind: 'idle' });
  readonly runs = signal<readonly StoredRun[]>([]);
  readonly epoch = signal(0);
  readonly step = signal(0);
  readonly milliseconds = signal(0);
  readonly points = signal<readonly LossPoint[]>([]);
  readonly images = signal<Readonly<Record<string, ImageBatch>>>({});
  readonly savedStep = signal<number | undefined>(undefined);
  /** What the run has warned of, the newest last. */
  readonly warnings = signal<readonly string[]>([]);
  /** Why the newest steps are not saved, while that is so. */
  readonly unsaved = signal<string | undefined>(undefined);
  readonly notices = new Notices();
  private worker: Worker | undefined;

  get isBusy(): boolean {
    const { kind } = this.state.value;
    return kind === 'starting' || kind === 'training';
  }

  /** Begins a run under a name of its own. */
  start(run: string, options: Options, plan: PairPlan): void {
    void navigator.storage.persist?.(); // so that the browser does not make room at the run's cost
    this.begin({
      kind: 'start',
      run,
      options: { ...options, name: run, dataroot: 'browser', device: 'webgpu' },
      plan,
    });
  }

  /** @param plan other images, where the browser has none */
  goOn(run: string, plan?: PairPlan): void {
    this.begin({ kind: 'continue', run, plan });
  }

  pause(): void {
    this.worker?.postMessage({ kind: 'pause' } satisfies Request);
  }

  save(): void {
    this.worker?.postMessage({ kind: 'save' } satisfies Request);
  }

  /** The checkpoint as a tar file, to be unpacked in the folder `checkpoints`. */
  async download(run: string): Promise<void> {
    const files = await checkpointFiles(await openFileStore(run));
    const entries = files.map(({ name, bytes }) => ({
      header: { name: `${run}/${name}`, size: bytes.length },
      body: bytes,
    }));
    saveFile(`${run}.tar`, new Blob([await packTar(entries)], { type: 'application/x-tar' }));
    this.notices.say(
      `Unpack it in the folder checkpoints, then: pix2pix train --name ${run} --continue_train --dataroot DIR`,
    );
  }

  /**
   * Copies the run that a folder of the command line holds, in place of one of that name.
   * @throws Pix2PixError when its checkpoint is not whole, or pages do not train such runs
   */
  async importRun(run: string, files: readonly NamedFile[]): Promise<void> {
    const from = directFiles(files);
    trainableOptions((await readLatest(from)).options); // before there is a folder for it
    await verifyLatest(from);
    const isNew = !(await storedFolders()).includes(run);
    await withRun(run, async () => {
      const store = await openFileStore(run);
      try {
        await copyLatest(from, store);
      } catch (error) {
        if (isNew) await removeFolder(run);
        throw error;
      }
      await forgetData(store);
    });
    await this.refresh();
    this.notices.say(`${run} is in the browser. Choose its images, and continue.`);
  }

  async remove(run: string): Promise<void> {
    await withRun(run, () => removeFolder(run));
    await this.refresh();
  }

  /** Looks which runs the browser has. */
  async refresh(): Promise<void> {
    const runs: StoredRun[] = [];
    for (const name of await storedFolders()) {
      try {
        const { epoch, totalIters } = await readLatest(await openFileStore(name));
        runs.push({ name, saved: { epoch, images: totalIters } });
      } catch {
        runs.push({ name }); // it takes room all the same, and can be removed
      }
    }
    this.runs.value = runs;
  }

  /** @throws Pix2PixError while another run trains: it would end unsaved */
  private begin(request: Request & { readonly run: string }): void {
    if (this.isBusy) {
      throw new Pix2PixError('a run is training', { run: this.run.value }, 'pause it first');
    }
    this.run.value = request.run;
    this.points.value = [];
    this.images.value = {};
    this.savedStep.value = undefined;
    this.warnings.value = [];
    this.unsaved.value = undefined;
    this.epoch.value = 0;
    this.step.value = 0;
    this.state.value = { kind: 'starting', text: 'Opening the GPU' };
    this.worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<Event>) => this.hear(data);
    this.worker.onerror = ({ message }) =>
      this.end(message || 'the script of the training could not be loaded: reload the page', true);
    this.worker.postMessage(request);
  }

  private hear(event: Event): void {
    switch (event.kind) {
      case 'message':
        if (this.state.value.kind === 'starting') this.state.value = { kind: 'starting', text: event.text };
        else this.notices.say(event.text);
        break;
      case 'warning':
        this.warnings.value = [
          ...this.warnings.value.filter((text) => text !== event.text),
          event.text,
        ].slice(-MOST_WARNINGS);
        break;
      case 'started': {
        const { adapter, images, lastEpoch } = event;
        this.state.value = { kind: 'training', adapter, images, lastEpoch };
        break;
      }
      case 'step': {
        this.epoch.value = event.epoch;
        this.step.value = event.step;
        this.milliseconds.value = event.milliseconds;
        const points = [...this.points.value, { step: event.step, losses: event.losses }];
        this.points.value = points.length > MOST_POINTS ? points.filter((_, i) => i % 2 === 0) : points;
        break;
      }
      case 'images':
        this.images.value = event.images;
        break;
      case 'unsaved':
        this.unsaved.value = event.text;
        break;
      case 'saved':
        this.savedStep.value = event.step;
        this.unsaved.value = undefined;
        void this.notices.watch(() => this.refresh());
        break;
      case 'ended':
        this.end(event.reason === 'paused' ? `Paused after step ${event.step}` : 'Finished', false);
        break;
      case 'failed':
        this.end(event.message, true);
    }
  }

  private end(text: string, isError: boolean): void {
    this.state.value = { kind: 'ended', text, isError };
    this.worker?.terminate();
    this.worker = undefined;
    void this.notices.watch(() => this.refresh());
  }
}
