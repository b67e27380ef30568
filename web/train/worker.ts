import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import { imageFormatOf } from '../../src/data/batch/sideFormat.js';
import { restoreTrainOptions } from '../../src/options/serialise.js';
import { parseTrainOptions, type TrainOptions } from '../../src/options/trainOptions.js';
import { builtInExtensions } from '../../src/training/model/builtInExtensions.js';
import { openGpu } from '../gpu.js';
import { browserPictures } from './browserPictures.js';
import { openFileStore } from './fileStore.js';
import { keepData, keptData } from './keptData.js';
import type { Event, Options, Request } from './messages.js';
import { pageCheckpoints, readLatest } from './pageCheckpoints.js';
import { type PairPlan, pairSource } from './pairSource.js';
import { trainRun } from './trainRun.js';

// The training thread: the page stays alive while programs are compiled and images decoded.

const VERSIONS = { 'pix2pix-ts': PRODUCT_VERSION, browser: navigator.userAgent };

let wish: 'pause' | 'save' | undefined;
const emit = (event: Event) => postMessage(event);

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'pause' || data.kind === 'save') wish = data.kind;
  else void answer(data);
});

async function answer(request: Extract<Request, { run: string }>): Promise<void> {
  try {
    wish = undefined;
    const store = await openFileStore(request.run);
    if (request.kind === 'start') {
      const opt = parseTrainOptions(asArguments(request.options), { extensions: builtInExtensions() });
      await keepData(store, request.plan).catch((error: Error) =>
        emit({ kind: 'message', text: `the images are not kept: ${error.message}` }),
      );
      await train(opt, request.plan, store);
    } else {
      const { options } = await readLatest(store);
      const stored = restoreTrainOptions({ ...options, device: 'webgpu' }, builtInExtensions());
      requireKnown(stored);
      const plan = request.plan ?? (await keptData(store));
      if (request.plan !== undefined) await keepData(store, request.plan).catch(() => {});
      await train({ ...stored, continueTrain: true, epoch: 'latest' }, plan, store);
    }
  } catch (error) {
    emit({ kind: 'failed', message: (error as Error).message });
  }
}

async function train(
  opt: TrainOptions,
  plan: PairPlan,
  store: Awaited<ReturnType<typeof openFileStore>>,
): Promise<void> {
  await trainRun(opt, {
    source: pairSource(plan, opt, browserPictures),
    device: await openGpu(),
    checkpoints: pageCheckpoints(store, VERSIONS),
    emit,
    wish: () => {
      const wanted = wish;
      wish = undefined;
      return wanted;
    },
  });
}

function asArguments(options: Options): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (typeof value === 'boolean') return value ? [`--${name}`] : [];
    return [`--${name}`, String(value)];
  });
}

/** The command line trains more than pages do. */
function requireKnown(opt: TrainOptions): void {
  const { model, datasetMode, preprocess, rotate, colorJitter, cutout, inputNc, outputNc } = opt;
  const isKnown =
    model === 'pix2pix' &&
    datasetMode === 'aligned' &&
    preprocess !== 'pad' &&
    rotate + colorJitter + cutout === 0 &&
    inputNc * outputNc === 9 &&
    imageFormatOf(opt) === 'u8';
  if (isKnown) return;
  const facts = { model, dataset_mode: datasetMode };
  throw new Pix2PixError(
    'this run is of a kind that pages do not train: pix2pix on pairs of colour images of 8 bits, without padding, rotation, jitter or cutout',
    facts,
    'go on with it by: pix2pix train --continue_train',
  );
}
