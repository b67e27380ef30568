import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import type { SampleSource } from '../../src/data/pair/sampleSource.js';
import type { Device } from '../../src/engine/runtime/device.js';
import { parseTrainOptions, type TrainOptions } from '../../src/options/trainOptions.js';
import { builtInExtensions } from '../../src/training/model/builtInExtensions.js';
import { openGpu } from '../gpu.js';
import { requireTrueCanvas } from '../trueCanvas.js';
import { browserPictures } from './browserPictures.js';
import type { FileStore } from './fileStore.js';
import { keepData, keptData } from './keptData.js';
import type { Event, Options, Request } from './messages.js';
import { hasLatest, pageCheckpoints, readLatest } from './pageCheckpoints.js';
import { type PairPlan, pairSource } from './pairSource.js';
import { openFileStore } from './privateStorage.js';
import { withRun } from './runLock.js';
import { trainableOptions } from './trainable.js';
import { type Ending, trainRun } from './trainRun.js';

// The training thread: the page stays alive while programs are compiled and images decoded.

const VERSIONS = { 'pix2pix-ts': PRODUCT_VERSION, browser: navigator.userAgent };

type RunRequest = Extract<Request, { run: string }>;

let wish: 'pause' | 'save' | undefined;
const emit = (event: Event) => postMessage(event);

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'pause' || data.kind === 'save') wish = data.kind;
  else void answer(data);
});

async function answer(request: RunRequest): Promise<void> {
  try {
    wish = undefined;
    emit(await withRun(request.run, () => trainAs(request)));
  } catch (error) {
    emit({ kind: 'failed', message: (error as Error).message });
  }
}

/** Nothing is written before it is known that the run can be trained, and by what. */
async function trainAs(request: RunRequest): Promise<Ending> {
  if (request.kind === 'start') {
    const opt = parseTrainOptions(asArguments(request.options), { extensions: builtInExtensions() });
    const source = pairsOf(request.plan, opt);
    const device = await openGpu();
    const store = await openFileStore(request.run);
    if (await hasLatest(store)) throw nameTaken(request.run);
    await keep(store, request.plan);
    return train(opt, source, store, device);
  }
  const store = await openFileStore(request.run);
  const stored = trainableOptions((await readLatest(store)).options);
  const source = pairsOf(request.plan ?? (await keptData(store)), stored);
  const device = await openGpu();
  if (request.plan !== undefined) await keep(store, request.plan);
  return train({ ...stored, continueTrain: true, epoch: 'latest' }, source, store, device);
}

/** @throws Pix2PixError when there is nothing to learn from, or the browser shows no page what is in a picture */
function pairsOf(plan: PairPlan, opt: TrainOptions): SampleSource {
  if (plan.kind !== 'facades') requireTrueCanvas();
  return pairSource(plan, opt, browserPictures);
}

/** Keeps the images of a run. It trains without that, too. */
async function keep(store: FileStore, plan: PairPlan): Promise<void> {
  try {
    await keepData(store, plan);
  } catch (error) {
    const text = `the images are not kept: choose them again to continue after the page was closed\n${(error as Error).message}`;
    emit({ kind: 'warning', text });
  }
}

async function train(
  opt: TrainOptions,
  source: SampleSource,
  store: FileStore,
  device: Device,
): Promise<Ending> {
  return trainRun(opt, {
    source,
    device,
    checkpoints: pageCheckpoints(store, VERSIONS),
    emit,
    wish: () => {
      const wanted = wish;
      wish = undefined;
      return wanted;
    },
  });
}

function nameTaken(run: string): Pix2PixError {
  const fix = 'give the new run another name, continue this one, or remove it first';
  return new Pix2PixError('there is a run of this name in the browser', { run }, fix);
}

function asArguments(options: Options): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (typeof value === 'boolean') return value ? [`--${name}`] : [];
    return [`--${name}`, String(value)];
  });
}
