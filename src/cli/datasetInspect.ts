import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import { counted } from '../base/counted.js';
import { plainLine } from '../base/errors/plainText.js';
import { inspectDataset } from '../data/inspect/inspectDataset.js';
import type { Examples, Inspection } from '../data/inspect/inspection.js';
import { inWords } from '../data/listing/passedOver.js';
import { writeInspection } from '../records/writing/inspectionPage.js';
import { shownExamples } from './command.js';
import { runJob } from './jobProgress.js';
import { print } from './output.js';
import { wholeNumberIn } from './wholeNumber.js';

/** Examples of each fault in the terminal. */
const SHOWN = 5;

/** `pix2pix dataset inspect`. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'decode every image of a data set, and report formats, sizes, duplicates, broken files and images without a partner, with a contact sheet',
    )
    .argument('<dir>', 'the data root, or any folder of images')
    .option('--out <dir>', 'folder of the contact sheet (default: results/inspect_<name>)')
    .option('--samples <n>', 'images of each folder on it', wholeNumberIn(0, 1000), 12)
    .addHelpText('after', shownExamples(['pix2pix dataset inspect datasets/mine']))
    .action(async (root: string, { out, samples }: { out?: string; samples: number }) => {
      const fix = 'run the command again';
      const inspection = await runJob('the inspection', fix, (onProgress, signal) =>
        inspectDataset({ root, samples, onProgress, signal }),
      );
      const page = await writeInspection(
        out ?? join('results', `inspect_${basename(resolve(root))}`),
        inspection,
      );
      print([...described(inspection), `contact sheet: ${page}`].map(plainLine).join('\n'));
    });
}

function* described({
  images,
  folders,
  sides,
  broken,
  notFinite,
  duplicates,
  passedOver,
  layout,
}: Inspection): Generator<string> {
  yield `${counted(images, 'image')}: ${layout.found}`;
  if (layout.fix !== undefined) yield `  ${layout.fix}`;
  for (const { folder, images, sizes, channels, depths, formats } of folders) {
    const told = [sizes, formats].map((counts) =>
      counts.map(([value, count]) => `${value} (${count})`).join(', '),
    );
    const ranges = depths.map(({ type, low, high }) => `${type}, ${low} ... ${high}`);
    const facts = [
      counted(images, 'image'),
      ...told,
      channels.map(([words]) => words).join(' or '),
      ...ranges,
    ];
    yield `  ${folder || '.'}: ${facts.filter((fact) => fact !== '').join('; ')}`;
  }
  for (const { a, b, pairs, onlyA, onlyB, misaligned } of sides) {
    yield `  ${a} and ${b}: ${pairs} pairs`;
    yield* faults(`only in ${a}`, onlyA);
    yield* faults(`only in ${b}`, onlyB);
    yield* faults('sides that differ in size', misaligned);
  }
  yield* faults('cannot be decoded', broken);
  yield* faults('NaN or infinity', notFinite);
  yield* faults('files that are equal', duplicates);
  const others = inWords(passedOver);
  if (others !== undefined) yield `  ${others}`;
}

function* faults(what: string, { count, shown }: Examples): Generator<string> {
  if (count === 0) return;
  yield `  ${what}: ${count}`;
  for (const text of shown.slice(0, SHOWN)) yield `    ${text}`;
  if (count > SHOWN) yield `    and ${count - SHOWN} more`;
}
