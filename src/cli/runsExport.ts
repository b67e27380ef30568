import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { writeNewFile } from '../base/files/atomicFile.js';
import { nearestName } from '../options/nearest.js';
import { exportRun } from '../records/dashboard/exportRun.js';
import { exportSeries } from '../records/reading/exportSeries.js';
import type { RunIndex } from '../records/reading/runIndex.js';
import type { RunDetail } from '../records/reading/runSummary.js';
import { chosenRun, openLogDirectory } from './chosenRun.js';
import { shownExamples } from './command.js';
import { LOGDIR_HELP } from './logDirectory.js';
import { print } from './output.js';

const FORMATS = ['csv', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

const ABOUT = [
  'Writes a run as a file to work on or to send: csv and json have every point of its scalars with steps and times, html is',
  'the whole run on one page that needs nothing else, with charts and images.',
].join(' ');

const EXAMPLES = [
  'pix2pix runs export facades_pix2pix --out facades.html',
  'pix2pix runs export facades_pix2pix --tag loss/G_L1 --tag val/L1 --out losses.csv',
  "pix2pix runs export facades_pix2pix --format json | jq '.[].tag'",
];

interface Flags {
  readonly logdir?: string;
  readonly format?: Format;
  readonly tag: readonly string[];
  readonly out?: string;
  readonly overwrite: boolean;
}

/** `pix2pix runs export`. */
export function runsExportCommand(): Command {
  return new Command('export')
    .summary('write a run as CSV, JSON or one HTML page')
    .description(ABOUT)
    .argument('<run>', 'a run, by its folder below --logdir')
    .option('--logdir <dir>', LOGDIR_HELP)
    .addOption(new Option('--format <name>', "default: by --out's ending, else csv").choices(FORMATS))
    .option(
      '--tag <tag>',
      'this scalar alone; may be given again',
      (tag, before) => [...before, tag],
      [] as string[],
    )
    .option('--out <file>', 'default: the standard output')
    .option('--overwrite', 'replace a file that is there', false)
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async (name: string, flags: Flags) => {
      const index = await openLogDirectory(flags.logdir);
      const run = chosenRun(index, name);
      const { out, overwrite } = flags;
      const write = (add: (piece: string) => Promise<unknown>) => writeRun(index, run, flags, add);
      if (out === undefined) return untilClosed(write(toStandardOutput));
      await writeNewFile(out, write, overwrite);
      print(`wrote ${out}`);
    });
}

async function writeRun(
  index: RunIndex,
  detail: RunDetail,
  { format, tag: tags, out }: Flags,
  add: (piece: string) => Promise<unknown>,
): Promise<void> {
  const run = index.run(detail.summary.id)!;
  const wanted = format ?? FORMATS.find((name) => extname(out ?? '').toLowerCase() === `.${name}`) ?? 'csv';
  if (wanted === 'html') {
    if (tags.length > 0)
      throw new Pix2PixError('html is the whole run', { tag: tags.join(', ') }, 'leave out --tag');
    await add(await exportRun(run, detail));
    return;
  }
  const { scalars, id } = detail.summary;
  for (const tag of tags) if (!scalars.includes(tag)) throw unknownTag(id, tag, scalars);
  await exportSeries([run], tags.length > 0 ? tags : scalars, wanted, add);
}

function unknownTag(run: string, tag: string, scalars: readonly string[]): Pix2PixError {
  const near = nearestName(tag, scalars);
  return new Pix2PixError(
    `${run} has no scalar ${tag}`,
    { scalars: scalars.slice(0, 20).join(', ') },
    near === undefined ? 'choose one of these' : `did you mean ${near}?`,
  );
}

function toStandardOutput(piece: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

/** A closed pipe ends the output without an error. */
async function untilClosed(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') throw error;
  }
}
