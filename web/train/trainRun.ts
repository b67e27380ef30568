import { toImageBatch } from '../../src/data/batch/floatImages.js';
import type { ImageBatch } from '../../src/data/batch/imageBatch.js';
import { BatchProducer } from '../../src/data/loading/batchProducer.js';
import { Dataset } from '../../src/data/loading/dataset.js';
import type { SampleSource } from '../../src/data/pair/sampleSource.js';
import type { Device } from '../../src/engine/runtime/device.js';
import { findModel } from '../../src/models/registry.js';
import type { TrainOptions } from '../../src/options/trainOptions.js';
import { requireFiniteLosses } from '../../src/training/model/finiteLosses.js';
import { Model } from '../../src/training/model/model.js';
import type { ModelCheckpoints } from '../../src/training/model/savedModel.js';
import { placeIn } from '../../src/training/saved/resume.js';
import type { Event } from './messages.js';
import { saving } from './saving.js';

/** What a person can do after a divergence. */
const DIVERGED = 'continue from the last checkpoint, or look at these images';

/** Milliseconds between two looks at the images, and between two saves by itself. */
const LOOK_MS = 1500;
const SAVE_MS = 60_000;

/** What a training in a page is given besides its options. */
export interface RunSurroundings {
  readonly source: SampleSource;
  readonly device: Device;
  readonly checkpoints: ModelCheckpoints;
  readonly emit: (event: Event) => void;
  /** Asked after every step. */
  readonly wish: () => 'pause' | 'save' | undefined;
}

/** How a training ended: told when all that it held is free again, the run's lock too. */
export type Ending = Extract<Event, { kind: 'ended' }>;

/**
 * Trains until the last epoch or a pause, and saves then; from its checkpoint where the options say so.
 * @throws Pix2PixError for everything that a person can correct; the last checkpoint is then intact
 */
export async function trainRun(opt: TrainOptions, surroundings: RunSurroundings): Promise<Ending> {
  const { source, device, checkpoints, emit, wish } = surroundings;
  const print = (text: string) => emit({ kind: 'message', text });
  const model = await Model.create(findModel(opt.model), opt, {
    device,
    ownsDevice: true,
    checkpoints: () => checkpoints,
    print,
  });
  const dataset = openDataset(source, opt, (text) => emit({ kind: 'warning', text }));
  try {
    await model.setup(opt, { print });
    const { place = { epoch: 1, batchIndex: 0 }, best } = model.loadedFrom?.progress ?? {};
    const { batchIndex, skipped } = placeIn(dataset, place);
    dataset.startAt(place.epoch, batchIndex, skipped);
    const lastEpoch = opt.nEpochs + opt.nEpochsDecay;
    emit({ kind: 'started', lastEpoch, images: dataset.length, adapter: device.adapter ?? device.name });
    const save = () => model.save(['latest'], dataset, best);
    const { tryOnce, untilSaved } = saving(save, () => model.steps, emit, wish);
    let [looked, saved] = [0, performance.now()];
    for (let epoch = dataset.epoch; epoch <= lastEpoch; epoch++) {
      for await (const batch of dataset) {
        const began = performance.now();
        model.setInput(batch);
        await model.optimizeParameters();
        const losses = await model.getCurrentLosses();
        const at = { epoch, steps: model.steps, images: model.getImagePaths() };
        requireFiniteLosses(losses, at, () => {}, DIVERGED);
        const now = performance.now();
        emit({ kind: 'step', epoch, step: model.steps, losses, milliseconds: now - began });
        if (now - looked > LOOK_MS) {
          looked = now;
          emit({ kind: 'images', step: model.steps, images: await imagesOf(model) });
        }
        const wanted = model.steps >= opt.maxSteps ? 'pause' : wish();
        if (wanted === 'pause') {
          await untilSaved();
          return { kind: 'ended', reason: 'paused', step: model.steps };
        }
        if (wanted === 'save' || now - saved > SAVE_MS) {
          await tryOnce();
          saved = performance.now();
        }
      }
      await model.updateLearningRate();
    }
    await untilSaved();
    return { kind: 'ended', reason: 'finished', step: model.steps };
  } finally {
    await dataset.close();
    await model.dispose();
  }
}

function openDataset(source: SampleSource, opt: TrainOptions, onWarning: (text: string) => void): Dataset {
  const { batchSize, seed, serialBatches, maxDatasetSize } = opt;
  const length = Math.min(source.length, maxDatasetSize);
  const plan = {
    length,
    batchSize,
    seed,
    shuffle: !serialBatches,
    strict: false,
    replaceBad: true,
    slots: 4,
  };
  const producer = new BatchProducer(source, plan);
  const supply = {
    request: (epoch: number, batchIndex: number, skipped: number) =>
      producer.produce(epoch, batchIndex, skipped),
    setAwaited: () => {},
    close: () => producer.close(),
  };
  return new Dataset(supply, { length, batchSize, epoch: 1, lookahead: 2, crossesEpochs: true, onWarning });
}

async function imagesOf(model: Model): Promise<Record<string, ImageBatch>> {
  const visuals = Object.entries(await model.getCurrentVisuals());
  return Object.fromEntries(visuals.map(([name, images]) => [name, toImageBatch(images)]));
}
