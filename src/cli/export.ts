import { Command, Option } from 'commander';
import { quotedHere } from '../base/commandLine.js';
import type { Sides } from '../base/sides.js';
import { DEVICE_NAMES, type DeviceName } from '../engine/devices/registry.js';
import { INFERENCE_OPSETS } from '../engine/onnx/graphLimits.js';
import { type Precision, precisions } from '../engine/onnx/modelForm.js';
import {
  type Exported,
  type ExportFormat,
  exportFormats,
  exportGenerator,
} from '../inference/export/exportGenerator.js';
import { TOLERANCES } from '../inference/export/selfCheck.js';
import { shownExamples } from './command.js';
import {
  type DeviceFlags,
  deviceOptions,
  type ModelFlags,
  sourceOptions,
  withDeviceOptions,
  withModelOptions,
} from './modelOptions.js';
import { print, printError } from './output.js';
import { readSize } from './pixelSize.js';
import { wholeNumberIn } from './wholeNumber.js';

const ABOUT = [
  'Writes a trained generator for use elsewhere, after comparing it with the trained one on sample images: where it',
  'differs too much, nothing is written. Dropout is left out, so that the same image gives the same translation.',
].join(' ');

const DEVICE = 'what runs the trained generator that the export is compared with';

const { min, max } = INFERENCE_OPSETS;

const EXAMPLES = [
  'pix2pix export --model facades_pix2pix',
  'pix2pix export --model facades_pix2pix --precision int8 --out facades.onnx',
  'pix2pix export --model facades_pix2pix --norm_mode running --embed_preprocessing',
  'pix2pix export --model facades_pix2pix --opset 13 --fixed_size 256',
  'pix2pix export --model facades_pix2pix --format web --out site/',
];

/** The options of `pix2pix export`, by flag. */
interface Flags extends ModelFlags, DeviceFlags<DeviceName> {
  readonly format: ExportFormat;
  readonly precision?: Precision;
  readonly embed_preprocessing?: true | 'uint8' | 'float';
  readonly dataroot?: string;
  readonly opset?: number;
  readonly fixed_size?: Sides;
  readonly out?: string;
}

/** `pix2pix export`. */
export function exportCommand(): Command {
  const command = new Command('export');
  return withDeviceOptions(withModelOptions(command), DEVICE_NAMES, DEVICE)
    .description(ABOUT)
    .addOption(new Option('--format <name>', 'what to write').choices(exportFormats).default('onnx'))
    .addOption(
      new Option('--precision <name>', 'of the stored weights (default: fp32; web: fp16)').choices(
        precisions,
      ),
    )
    .addOption(
      new Option(
        '--embed_preprocessing [type]',
        'ONNX that takes and gives images in 0 ... 255: uint8 in NHWC (default), or float in NCHW',
      ).choices(['uint8', 'float']),
    )
    .option(
      '--dataroot <dir>',
      "for --format web: the data set whose label colours the page offers, and four of its images to start from (default: the colours of the training's, if it is here, and no images)",
    )
    .addOption(
      new Option(
        '--opset <n>',
        `operator set of the ONNX file, ${min} to ${max} (default: ${max})`,
      ).argParser(wholeNumberIn(min, max)),
    )
    .option('--fixed_size <size>', 'an ONNX file for one image of this size alone: 256, or 512x256', readSize)
    .option('--out <path>', "the file, or the web's folder (default: the run's name)")
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async (flags: Flags) => {
      const exported = await exportGenerator(flags.model, {
        ...sourceOptions(flags),
        ...flags,
        ...deviceOptions(command, flags),
        fixedSize: flags.fixed_size,
        boundary: boundaryOf(flags.embed_preprocessing),
        onStage: printError,
      });
      print(describe(exported));
      if (flags.format === 'web') print(howToServe(exported.path));
    });
}

function boundaryOf(embed: Flags['embed_preprocessing']) {
  if (embed === undefined) return undefined;
  return embed === 'float' ? 'float255' : 'uint8';
}

/** Browsers load neither modules nor models from a file. */
function howToServe(folder: string): string {
  const there = quotedHere(folder);
  return `it has to be served, a double click does not show it: npx http-server ${there}, or python3 -m http.server --directory ${there}`;
}

function describe({ path, precision, bytes, difference: { max, mean } }: Exported): string {
  const { measure, text } = TOLERANCES[precision];
  const float = (max / 127.5).toExponential(1);
  return [
    `wrote ${path}: ${precision}, ${(bytes / 1e6).toFixed(1)} MB`,
    `difference from the trained generator: max ${max.toPrecision(2)}/255 (${float} in -1 ... 1), ` +
      `mean ${mean.toPrecision(2)}/255; the limit is ${measure} ${text}`,
  ].join('\n');
}
