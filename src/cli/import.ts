import { join } from 'node:path';
import { Command } from 'commander';
import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { importRun } from '../interop/importRun.js';
import { folderNameFault } from '../options/folderName.js';
import { shownExamples } from './command.js';
import { describeImported } from './describeImported.js';
import { print } from './output.js';

const ABOUT = [
  'Makes a run of models that were trained elsewhere: state dicts of the reference implementation (latest_net_G.pth,',
  "and latest_net_D.pth to train further with its own discriminator), the same as safetensors, ours or others', generators of",
  'pix2pixHD, or a web model (.pict) of the TensorFlow port.',
  'Which network it is shows in the file.',
].join(' ');

const EXAMPLES = [
  'pix2pix import latest_net_G.pth --name facades',
  'pix2pix import 200_net_G.pth 200_net_D.pth --name maps',
  'pix2pix import edges2cats_AtoB.pict --name cats',
];

/** `pix2pix import`. */
export function importCommand(): Command {
  return new Command('import')
    .description(ABOUT)
    .argument('<files...>', '.pth, .safetensors or .pict: a generator, and perhaps its discriminator')
    .requiredOption('--name <run>', 'the new run')
    .option('--checkpoints_dir <dir>', 'where runs are kept', './checkpoints')
    .addHelpText('after', shownExamples(EXAMPLES))
    .action((files: string[], flags: { name: string; checkpoints_dir: string }) => {
      const fault = folderNameFault(flags.name);
      if (fault !== undefined)
        throw new Pix2PixError(`--name: ${fault}`, { name: flags.name }, 'choose another name');
      const folder = join(flags.checkpoints_dir, flags.name);
      const networks = importRun(files, folder);
      const elsewhere =
        flags.checkpoints_dir === './checkpoints' ? [] : ['--checkpoints_dir', flags.checkpoints_dir];
      const test = commandLine('test', '--name', flags.name, ...elsewhere, '--dataroot', 'DIR');
      const lines = [...networks.map(describeImported), `kept in ${folder}; translate with it: ${test}`];
      print(lines.join('\n'));
    });
}
