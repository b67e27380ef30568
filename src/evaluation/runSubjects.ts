import { basename, dirname } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { CheckpointStore } from '../checkpoints/store.js';
import type { Place } from '../data/batch/batchShare.js';
import { toImageBatch } from '../data/batch/floatImages.js';
import { showing } from '../data/batch/shownImage.js';
import { formatsOf } from '../data/batch/sideFormat.js';
import { createDataset } from '../data/createDataset.js';
import type { Dataset } from '../data/loading/dataset.js';
import { comparedClasses, ignoredNumber } from '../data/metrics/comparedClasses.js';
import { nameInFolders } from '../data/pair/nameInFolders.js';
import type { TestOptions } from '../options/testOptions.js';
import { openKeptDevice } from '../training/chosenDevice.js';
import { createModel } from '../training/createModel.js';
import type { Model } from '../training/model/model.js';
import { parseTestOptions } from '../training/options.js';
import { completeOptions } from '../training/saved/completeOptions.js';
import { classesShown, type LabelSettings } from './labels.js';
import type { JudgedImage, Subject } from './subject.js';

/** Which checkpoints of runs are evaluated, and on what. */
export interface RunSettings {
  readonly checkpointsDir: string;
  /** Tags, or `all` for each that is kept. */
  readonly epochs: readonly string[];
  /** Further words for `pix2pix test`: --dataroot, --phase, --num_test, --eval, --device and so on. */
  readonly argv: readonly string[];
  /** Of the engine; 0: one a core. */
  readonly threads: number;
  /** Which part of the images this process has. */
  readonly part: Place;
  say(text: string): void;
}

/** Every checkpoint that is kept. */
const ALL = 'all';

/** Whether there is a run of this name or in this folder. */
export function isRun(name: string, { checkpointsDir }: Pick<RunSettings, 'checkpointsDir'>): boolean {
  const { folder } = placeOf(name, checkpointsDir);
  return new CheckpointStore(folder, { onWarning: () => {} }).list().length > 0;
}

/**
 * The checkpoints of a run one after the other, the oldest first: their networks use the same memory and programs, and each
 * is to be gone through before the next.
 *
 * @param shown how pictures show classes, where the run's output is pictures
 * @throws Pix2PixError where a checkpoint is not there, its model makes nothing that has a target, or it makes other labels
 */
export async function* subjectsOfRun(
  name: string,
  settings: RunSettings,
  shown?: LabelSettings,
): AsyncGenerator<Subject> {
  const { checkpointsDir, part, say } = settings;
  const argv = [...settings.argv, '--intra_threads', `${settings.threads}`];
  const { run, parent, folder } = placeOf(name, checkpointsDir);
  const tags = tagsOf(folder, settings.epochs);
  const optionsOf = (tag: string) =>
    completeOptions(
      parseTestOptions(['--name', run, '--checkpoints_dir', parent, '--epoch', tag, ...argv], {
        onNotice: say,
      }),
    );
  const opt = optionsOf(tags[0]);
  const device = await openKeptDevice(opt, say);
  try {
    const model = await createModel(opt, device);
    requireTargets(model, opt);
    const labels = labelsOfRun(opt, shown);
    for (const tag of tags) {
      await model.setup(optionsOf(tag), { print: () => {} });
      const dataset = await openImages(opt, part, say);
      try {
        const length = Math.floor((dataset.length - part.rank - 1) / part.size) + 1;
        const { epoch } = model.loadedFrom!;
        yield { run, tag, epoch, length, labels, images: () => imagesOf(model, dataset, opt, part, labels) };
      } finally {
        await dataset.close();
      }
    }
  } finally {
    await device.dispose();
  }
}

function placeOf(name: string, checkpointsDir: string) {
  const isPath = /[/\\]/.test(name.replace(/[/\\]+$/, ''));
  const [parent, run] = isPath ? [dirname(name), basename(name)] : [checkpointsDir, basename(name)];
  return { parent, run, folder: `${parent}/${run}` };
}

/** The tags that are meant. Of those that hold the same weights, as `latest` and the last epoch do, `all` takes the first. */
function tagsOf(folder: string, wanted: readonly string[]): string[] {
  if (!wanted.includes(ALL)) return [...wanted];
  const listed = new CheckpointStore(folder, { onWarning: () => {} }).list();
  const whole = listed.flatMap(({ tag, manifest }) =>
    manifest && tag !== 'previous' ? [{ tag, manifest }] : [],
  );
  const isNamed = ({ tag }: { tag: string }) => Number(/^[a-z]+$/.test(tag)); // latest, best
  whole.sort((a, b) => a.manifest.totalIters - b.manifest.totalIters || isNamed(a) - isNamed(b));
  const isFirst = (i: number) => whole[i - 1]?.manifest.totalIters !== whole[i].manifest.totalIters;
  return whole.filter((_, i) => isFirst(i)).map(({ tag }) => tag);
}

function requireTargets({ graph }: Model, { name, model, datasetMode }: TestOptions): void {
  if (graph.compared !== undefined) return;
  throw new Pix2PixError(
    'nothing that this model makes has a target',
    { run: name, model, dataset_mode: datasetMode },
    'evaluate it on pairs: --dataset_mode aligned, with a --dataroot that has them',
  );
}

/** The classes of a run whose output is labels are its own. */
function labelsOfRun(opt: TestOptions, shown: LabelSettings | undefined): LabelSettings | undefined {
  const { output } = formatsOf(opt);
  if (output.kind !== 'labels') return shown;
  const classes = output.channels;
  if (shown === undefined || shown.classes === classes) return { classes, ignored: ignoredNumber(output) };
  throw new Pix2PixError(
    'this run makes labels of other classes',
    { [opt.name]: `${classes} classes`, given: `${shown.classes} classes` },
    'leave --label_nc and --palette out: the run knows its own',
  );
}

function openImages(
  opt: TestOptions,
  { rank, size }: Place,
  onWarning: (text: string) => void,
): Promise<Dataset> {
  const maxDatasetSize = Math.min(opt.maxDatasetSize, opt.numTest);
  const sharing = { rank, size, together: size };
  return createDataset({ ...opt, maxDatasetSize, batchSize: size }, { onWarning, sharing });
}

/** As `pix2pix test` translates them. */
async function* imagesOf(
  model: Model,
  dataset: Dataset,
  opt: TestOptions,
  { rank, size }: Place,
  labels: LabelSettings | undefined,
): AsyncGenerator<JudgedImage> {
  let draw = rank;
  const show = showing(opt);
  const { output: format } = formatsOf(opt);
  const [made, wanted] = model.graph.compared!;
  const [{ name: input }] = model.graph.inputs;
  for await (const batch of dataset) {
    model.setInput(batch);
    await model.test({ evaluate: opt.eval, draw });
    draw += size;
    const visuals = await model.getCurrentVisuals();
    const shown = (name: string) => show(name, visuals[name]);
    const pictures = {
      input: input !== made && input in visuals ? shown(input) : undefined,
      output: shown(made),
      target: shown(wanted),
    };
    yield {
      name: nameInFolders(model.getImagePaths()[0], dataset.folders),
      made: toImageBatch(visuals[made]),
      wanted: toImageBatch(visuals[wanted]),
      pictures,
      classes:
        format.kind === 'labels'
          ? comparedClasses(visuals[made], visuals[wanted], format)
          : labels && {
              made: classesShown(pictures.output, labels),
              wanted: classesShown(pictures.target, labels),
            },
    };
  }
}
