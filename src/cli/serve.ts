import { Command, InvalidArgumentError, Option } from 'commander';
import { LOOPBACK, MAX_PORT } from '../base/http/listen.js';
import { DEVICE_NAMES } from '../engine/devices/registry.js';
import { startService } from '../inference/serve/service.js';
import { DEFAULT_SERVICE_PORT, defaultLimits, type ServiceSettings } from '../inference/serve/settings.js';
import { parseMemorySize } from '../options/memorySize.js';
import { shownExamples } from './command.js';
import {
  type DeviceFlags,
  deviceOptions,
  type SourceFlags,
  sourceOptions,
  withDeviceOptions,
  withSourceOptions,
} from './modelOptions.js';
import { print, printError } from './output.js';
import { endAtOnce, type SignalWatch, type StopSignal, watchSignals } from './signals.js';
import { wholeNumberIn } from './wholeNumber.js';

const ABOUT = [
  'Serves trained generators over HTTP: POST /v1/translate takes an image and gives its translation. Models are loaded when',
  'they are asked for. It is served from this machine, to this machine, unless --host says more. docs/serve.md says all.',
].join(' ');

const DEVICE = 'what computes; auto: what each run was trained on, where that is here, else the processor';

const EXAMPLES = [
  'pix2pix serve --model facades_pix2pix',
  "curl -s -H 'Content-Type: image/png' --data-binary @labels.png http://127.0.0.1:8098/v1/translate > photo.png",
  'pix2pix serve --checkpoints_dir /models     # all runs in it, also those that come later',
  'pix2pix serve --model facades.onnx --model maps --host 0.0.0.0     # for others too: it prints a token',
];

/** So that the token need not be on a command line, which others of the machine can read. */
const TOKEN_VARIABLE = 'PIX2PIX_TOKEN';
/** So that who watches over a container knows the port. */
const PORT_VARIABLE = 'PIX2PIX_PORT';

interface Flags extends SourceFlags, DeviceFlags {
  readonly model?: string[];
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly cors: string[];
  readonly queue: number;
  readonly max_batch: number;
  readonly timeout: number;
  readonly drain_delay: number;
  readonly max_bytes: number;
  readonly max_pixels: number;
  readonly model_memory?: number;
  readonly intra_threads: number;
  readonly no_playground?: boolean;
  readonly log: 'json' | 'none';
}

/** `pix2pix serve`. */
export function serveCommand(): Command {
  const limits = defaultLimits();
  const command = new Command('serve').option(
    '--model <run|file>',
    'a model to serve, as translate takes it; again for more (default: all runs in --checkpoints_dir)',
    (model: string, before: string[] = []) => [...before, model],
  );
  return withDeviceOptions(withSourceOptions(command), ['auto', ...DEVICE_NAMES], DEVICE)
    .description(ABOUT)
    .addOption(
      new Option('--port <n>', `where to listen, or by ${PORT_VARIABLE}; 0 for any that is free`)
        .argParser(wholeNumberIn(0, MAX_PORT))
        .default(DEFAULT_SERVICE_PORT)
        .env(PORT_VARIABLE),
    )
    .option(
      '--host <address>',
      'where to listen; anywhere but on this machine alone, a token is required',
      LOOPBACK,
    )
    .addOption(
      new Option(
        '--token <text>',
        `what clients have to show, or by ${TOKEN_VARIABLE}; 16 characters or more (default: made up where one is required)`,
      ).env(TOKEN_VARIABLE),
    )
    .option('--cors <origin>', 'a site whose pages may ask; again for more', origins, [])
    .option(
      '--queue <n>',
      'images under way at a time; more are refused with 429',
      wholeNumberIn(1),
      limits.queue,
    )
    .option(
      '--max_batch <n>',
      'images of one size that are translated together',
      wholeNumberIn(1),
      limits.batch,
    )
    .option(
      '--timeout <seconds>',
      'for a request, from its beginning to its answer',
      wholeNumberIn(1, 86_400),
      limits.timeout,
    )
    .addOption(
      sizeOption('--max_bytes <size>', 'the longest body of a request').default(limits.bodyBytes, '32MB'),
    )
    .option('--max_pixels <n>', 'the most pixels of an image', wholeNumberIn(1), limits.imagePixels)
    .addOption(
      sizeOption(
        '--model_memory <size>',
        'what loaded models may take together (default: half of what is free)',
      ),
    )
    .option(
      '--drain_delay <seconds>',
      'for which requests are still taken after SIGTERM, so that load balancers learn of it',
      wholeNumberIn(0, 86_400),
      limits.drainDelay,
    )
    .option('--intra_threads <n>', 'threads of the engine; 0: one a core', wholeNumberIn(0, 1024), 0)
    .option('--no_playground', 'the API alone: no list of the models at /, and no page for each')
    .addOption(
      new Option('--log <form>', 'what is printed for each request')
        .choices(['json', 'none'])
        .default('json'),
    )
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async (flags: Flags) => {
      await serve({ ...flags, ...deviceOptions(command, flags) });
    });
}

async function serve(flags: Flags): Promise<void> {
  const service = await startService(settingsOf(flags));
  const names = service.models().map(({ name }) => name);
  const models =
    names.length === 0 ? `no model yet in ${flags.checkpoints_dir}` : names.slice(0, 10).join(', ');
  printError(`serving ${models}: ${service.url}\nCtrl-C ends it`);
  let watch!: SignalWatch;
  const signal = await new Promise<StopSignal>((resolve) => {
    watch = watchSignals(resolve, 'answering what is under way; press Ctrl-C again to stop at once');
  });
  if (await service.drain()) return;
  printError('what the engine computes takes longer than --timeout: it is given up');
  watch.dispose();
  endAtOnce(signal);
}

function settingsOf(flags: Flags): ServiceSettings {
  const { model, host, port, token, cors, device, gpu, intra_threads, log } = flags;
  return {
    ...sourceOptions(flags),
    models: model,
    ...{ host, port, token, origins: cors, device, gpu, threads: intra_threads },
    hasPages: !flags.no_playground,
    limits: {
      ...{
        queue: flags.queue,
        batch: flags.max_batch,
        timeout: flags.timeout,
        drainDelay: flags.drain_delay,
      },
      ...{ bodyBytes: flags.max_bytes, imagePixels: flags.max_pixels },
      ...(flags.model_memory !== undefined && { modelBytes: flags.model_memory }),
    },
    ...(log === 'json' && { onRequest: (line) => print(JSON.stringify(line)) }),
  };
}

function sizeOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const bytes = parseMemorySize(text);
    if (bytes !== undefined) return bytes;
    throw new InvalidArgumentError('It must be a size, such as 32MB or 4GB.');
  });
}

/** Origins as browsers send them: without a path, and without a port that goes without saying. */
function origins(text: string, before: readonly string[]): string[] {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin === 'null' || !['', '/'].includes(text.slice(origin.length)))
    throw new InvalidArgumentError('It must be an origin, such as https://app.example.org.');
  return [...before, origin];
}
