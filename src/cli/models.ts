import { Command } from 'commander';
import { formatBytes } from '../base/byteSize.js';
import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { CatalogueEntry } from '../inference/catalogue/catalogueEntry.js';
import { type GotModel, getModel } from '../inference/catalogue/getModel.js';
import { findEntry, readCatalogue } from '../inference/catalogue/readCatalogue.js';
import { folderNameFault } from '../options/folderName.js';
import { shownExamples } from './command.js';
import { describeImported } from './describeImported.js';
import { runJob } from './jobProgress.js';
import { print, printStyled } from './output.js';
import { type Column, columnsOf, formatTable, hasColours } from './terminalTable.js';

const ABOUT = [
  'Trained generators that a catalogue names, each with its licence and a checksum that its makers have published: a SHA-256, or',
  "the id under which git keeps the file. The catalogue of this package has its own two and some of others, such as Christopher Hesse's",
  'edges2cats; --catalogue names another, a file or an address. docs/interchange.md shows how one is written.',
].join(' ');

const CATALOGUE_HELP = "a file or an http(s) address (default: the package's own)";

interface GetFlags {
  readonly catalogue?: string;
  readonly checkpoints_dir: string;
  readonly name?: string;
  readonly url?: string;
}

/** `pix2pix models`. */
export function modelsCommand(): Command {
  return new Command('models').description(ABOUT).addCommand(listCommand()).addCommand(getCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('what the catalogue has')
    .option('--catalogue <file|url>', CATALOGUE_HELP)
    .option('--json', 'print it as one JSON object')
    .addHelpText(
      'after',
      shownExamples([
        'pix2pix models list',
        'pix2pix models list --catalogue https://example.org/models.json',
      ]),
    )
    .action(async ({ catalogue: where, json }: { readonly catalogue?: string; readonly json?: boolean }) => {
      const catalogue = await readCatalogue(where);
      if (json) print(JSON.stringify(catalogue, null, 1));
      else printStyled(table(catalogue.models));
    });
}

const COLUMNS: readonly Column<CatalogueEntry>[] = [
  { title: 'MODEL', text: ({ name }) => name },
  { title: 'TRANSLATES', text: ({ about }) => about, shrinkTo: 24 },
  { title: 'SIZE', text: sizeOf, alignRight: true, rank: 3 },
  { title: 'FORM', text: ({ format }) => format, rank: 1 },
  { title: 'LICENCE', text: ({ licence }) => licence, shrinkTo: 12, rank: 2 },
];

/** A git blob's length is part of its id, and need not be known. */
function sizeOf({ bytes }: CatalogueEntry): string {
  return bytes === undefined ? '?' : formatBytes(bytes);
}

function table(models: readonly CatalogueEntry[]): string {
  return formatTable(COLUMNS, models, columnsOf(process.stdout), hasColours(process.stdout)).join('\n');
}

function getCommand(): Command {
  return new Command('get')
    .description(
      'fetch a model, compare its checksum with the catalogue, and import it; continues where an earlier try stopped',
    )
    .argument('<model>', 'its name in the catalogue')
    .option('--catalogue <file|url>', CATALOGUE_HELP)
    .option('--name <run>', 'the new run, or the file (default: the name in the catalogue)')
    .option('--checkpoints_dir <folder>', 'where runs are kept', './checkpoints')
    .option('--url <address>', 'fetch it from here; the checksum must be the same')
    .addHelpText(
      'after',
      shownExamples([
        'pix2pix models get edges2cats',
        'pix2pix models get maps --catalogue models.json --name maps_of_others',
      ]),
    )
    .action(async (model: string, flags: GetFlags) => {
      const fault = flags.name === undefined ? undefined : folderNameFault(flags.name);
      if (fault !== undefined)
        throw new Pix2PixError(`--name: ${fault}`, { name: flags.name! }, 'choose another name');
      const fix = 'run the same command again: it continues where this one stopped';
      const { entry, got } = await runJob('the download', fix, async (onProgress, signal) => {
        const entry = findEntry(await readCatalogue(flags.catalogue, signal), model);
        const { checkpoints_dir: checkpointsDir, name, url } = flags;
        return { entry, got: await getModel(entry, { checkpointsDir, name, url, onProgress, signal }) };
      });
      print(describe(entry, got, flags.checkpoints_dir).join('\n'));
    });
}

function describe(entry: CatalogueEntry, got: GotModel, checkpointsDir: string): string[] {
  const elsewhere =
    got.isRun && checkpointsDir !== './checkpoints' ? ['--checkpoints_dir', checkpointsDir] : [];
  const line = commandLine('translate', '--model', got.model, ...elsewhere, 'in.png', 'out.png');
  return [
    `${entry.name}: ${entry.about}; licence: ${entry.licence}`,
    ...got.networks.map(describeImported),
    ...checksumLines(entry, got),
    `translate with it: ${line}`,
  ];
}

function checksumLines({ gitBlob }: CatalogueEntry, { written, sha256 }: GotModel): string[] {
  if (!written) return ['it is here already'];
  if (gitBlob === undefined) return [`its SHA-256 is the catalogue's`];
  const known = `it is the file that its makers' git keeps as ${gitBlob}`;
  return sha256 === undefined ? [known] : [known, `its SHA-256, to note: ${sha256}`];
}
