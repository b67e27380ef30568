import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { type FloatImages, toImageBatch } from '../../data/batch/floatImages.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import { labelColours } from '../../data/batch/labelColours.js';
import { createDataset } from '../../data/createDataset.js';
import { FACADE_CLASSES, FACADE_COLOURS } from '../../data/make/facade/labels.js';
import { renderFacade } from '../../data/make/facade/renderFacade.js';
import { readManifest } from '../../data/make/facadeManifest.js';
import { restoreTrainOptions } from '../../options/serialise.js';
import { encodePng } from '../../records/writing/encodePng.js';
import { registeredExtensions } from '../../training/options.js';
import { canBeDrawn, formatsOfGenerator, inputPalette } from '../portable/imageFormats.js';
import type { Brush } from '../portable/modelIndex.js';
import type { TrainedGenerator } from '../portable/trainedGenerator.js';

/** Images that the colours of labels are taken from. */
const LOOKED_AT = 24;
/** Of these, those that a page offers to start from. */
const EXAMPLES = 4;
/** Of a phase: enough for the colours, whatever the size of its images. */
const MOST_PIXELS = 8e6;
/** In this order: what a training has not learned from shows more. */
const PHASES = ['test', 'val', 'train'] as const;

/** What a page offers to start from. */
export interface StartingPoints {
  readonly brushes: readonly Brush[];
  /** PNG files. */
  readonly examples: readonly Uint8Array[];
}

/**
 * The colours of labels: of the classes that a generator takes, or of its own data set, where its inputs are label maps in
 * colours; and inputs of a data set that is named: a page may go to strangers, and nobody's images do without being asked for. Nothing where no data is at hand.
 * @param dataroot the data set; default: that of the training, for its colours alone
 * @throws Pix2PixError when the data set that is named holds no images of the kind
 */
export async function startingPoints(
  generator: TrainedGenerator,
  dataroot?: string,
): Promise<StartingPoints> {
  const phases = phasesOf(generator, dataroot);
  const found = dataroot === undefined ? [] : await inputsOf(generator, dataroot, phases[0], EXAMPLES);
  const examples = await Promise.all(found.map((image) => encodePng(image)));
  const palette = inputPalette(generator);
  if (palette !== undefined) return { brushes: palette.brushes, examples };
  const whole: ImageBatch[] = []; // as they are: a resize blurs labels; of all phases: one may have few
  for (const phase of phases) {
    if (whole.length >= LOOKED_AT) break;
    whole.push(...(await inputsOf(generator, dataroot, phase, LOOKED_AT - whole.length, 'pad')));
  }
  const manifest = await readManifest(dataroot ?? String(generator.options.dataroot ?? ''));
  const names = new Map(Object.entries(manifest?.classes ?? {}).map(([name, colour]) => [`${colour}`, name]));
  const brushes = labelColours(whole).map((colour) => ({ colour, name: names.get(`${colour}`) }));
  return { brushes, examples };
}

/** No training of a demo has seen its facades: theirs have the seed 0. */
const UNSEEN = 1;
/** Width and height in pixels, as demos were trained. */
const DEMO_SIDE = 256;

/** Of a generator that comes with the package: facades that are drawn now, which are nobody's, and the colours of their labels. */
export async function demoStartingPoints({
  options,
}: Pick<TrainedGenerator, 'options'>): Promise<StartingPoints> {
  const takesLabels = options.direction === 'BtoA';
  const examples = Array.from({ length: EXAMPLES }, (_, index) => {
    const { photo, label, size } = renderFacade(UNSEEN, index, DEMO_SIDE);
    return encodePng({ data: takesLabels ? label : photo, shape: [1, size, size, 3] });
  });
  const brushes = FACADE_CLASSES.map((name) => ({ colour: FACADE_COLOURS[name], name }));
  return { brushes: takesLabels ? brushes : [], examples: await Promise.all(examples) };
}

/** The phases that the data set has. @throws Pix2PixError where one that is named has none, or none of pictures */
function phasesOf(generator: TrainedGenerator, dataroot?: string): (typeof PHASES)[number][] {
  const root = dataroot ?? restoreTrainOptions(generator.options, registeredExtensions()).dataroot;
  const found = PHASES.filter((name) => ['', 'A', 'B'].some((side) => existsSync(join(root, name + side))));
  if (root !== '' && found.length > 0 && canBeDrawn(formatsOfGenerator(generator).input)) return found;
  if (dataroot === undefined) return [];
  throw new Pix2PixError(
    'there is nothing to start from in the data set',
    { dataroot, 'looked for': PHASES.join(', ') },
    'name a data set as training takes it',
  );
}

/** @param preprocess default: as the training */
async function inputsOf(
  generator: TrainedGenerator,
  dataroot: string | undefined,
  phase: (typeof PHASES)[number],
  count: number,
  preprocess?: 'pad',
): Promise<ImageBatch[]> {
  const trained = restoreTrainOptions(generator.options, registeredExtensions());
  const palette = inputPalette(generator);
  const asTested = { isTrain: false, loadSize: trained.cropSize, numThreads: 0, batchSize: 1 };
  const opt = {
    ...{ ...trained, ...asTested, phase, maxDatasetSize: count },
    ...{ dataroot: dataroot ?? trained.dataroot, preprocess: preprocess ?? trained.preprocess },
  };
  try {
    const dataset = await createDataset(opt, { onWarning: () => {} });
    const images: ImageBatch[] = [];
    let pixels = 0;
    for await (const { A, B } of dataset) {
      const input = trained.direction === 'AtoB' ? A : B;
      const image = palette === undefined ? toImageBatch(input) : palette.paint(input as FloatImages);
      images.push(image);
      pixels += image.shape[1] * image.shape[2];
      if (pixels > MOST_PIXELS) break;
    }
    await dataset.close();
    return images;
  } catch (error) {
    if (dataroot !== undefined || !(error instanceof Pix2PixError)) throw error;
    return []; // the training's data has changed since, and nobody has asked for it
  }
}
