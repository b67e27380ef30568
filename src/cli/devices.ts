import { availableParallelism, cpus, totalmem } from 'node:os';
import { Command } from 'commander';
import { deviceVersions } from '../engine/devices/openDevice.js';
import { type SurveyedGpu, surveyGpus } from '../engine/devices/webgpu/surveyGpus.js';
import type { GpuReading } from '../records/writing/hardware/gpuReading.js';
import { readGpus } from '../records/writing/hardware/readGpus.js';
import { shownExamples } from './command.js';
import { print } from './output.js';

const ABOUT = [
  'Lists what this machine can compute on, as --device and --gpu name it, with what decides how fast that is; and what is',
  'missing for a GPU to be used.',
].join(' ');

const EXAMPLES = ['pix2pix devices', 'pix2pix devices --json'];

/** What `pix2pix devices --json` prints. Sizes are in bytes. */
export interface FoundDevices {
  readonly cpu: {
    readonly name: string;
    /** That the system offers this process, and threads that compute by default: one for each. */
    readonly cores: number;
    readonly memoryBytes: number;
    readonly library: Readonly<Record<string, string>>;
  };
  /** The package by which Node has WebGPU, with its version. */
  readonly library: Readonly<Record<string, string>>;
  readonly gpus: readonly (SurveyedGpu & { readonly memoryBytes?: number | undefined })[];
  readonly missing: readonly string[];
}

/** `pix2pix devices`. */
export function devicesCommand(): Command {
  return new Command('devices')
    .description(ABOUT)
    .option('--json', 'print it as one JSON object')
    .addHelpText('after', shownExamples(EXAMPLES))
    .action(async ({ json }: { readonly json?: boolean }) => {
      const found = await findDevices();
      print(json ? JSON.stringify(found, null, 1) : describeDevices(found));
    });
}

async function findDevices(): Promise<FoundDevices> {
  const [{ library, gpus, missing }, readings] = await Promise.all([surveyGpus(), readGpus()]);
  const name = cpus()[0]?.model.trim() || process.arch;
  return {
    cpu: { name, cores: availableParallelism(), memoryBytes: totalmem(), library: deviceVersions('cpu') },
    library,
    gpus: gpus.map((gpu) => ({ ...gpu, memoryBytes: memoryOf(gpu, readings) })),
    missing,
  };
}

/** WebGPU does not tell how much memory a GPU has. */
function memoryOf({ name }: SurveyedGpu, readings: readonly GpuReading[]): number | undefined {
  return readings.find((reading) => name.includes(reading.name) || reading.name.includes(name))?.totalBytes;
}

/** @internal for its test */
export function describeDevices({ cpu, library, gpus, missing }: FoundDevices): string {
  const blocks = [
    [
      `--device cpu     ${cpu.name}`,
      `${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'}, one thread for each (--intra_threads), ${size(cpu.memoryBytes)}`,
      versionsOf(cpu.library),
    ],
    ...gpus.map((gpu) => describeGpu(gpu, gpus.length > 1, library)),
    ...missing.map((part) => [`missing          ${part}`]),
  ];
  const isUsable = gpus.some(({ isSoftware }) => !isSoftware);
  const auto = isUsable
    ? '--device auto, the default, times a step on the CPU and on the GPU when a training begins'
    : '--device auto, the default, is the CPU here';
  const lines = blocks.map(([first, ...rest]) => [first, ...rest.map((line) => indented(line))].join('\n'));
  return [...lines, auto, ...(missing.length > 0 ? ["each system's steps: docs/devices.md"] : [])].join(
    '\n\n',
  );
}

function describeGpu(
  gpu: FoundDevices['gpus'][number],
  areSeveral: boolean,
  library: FoundDevices['library'],
): string[] {
  const { name, count, limits, memoryBytes } = gpu;
  const features = Object.entries(gpu.features).map(([feature, has]) => `${has ? '' : 'no '}${feature}`);
  return [
    `--device webgpu  ${count > 1 ? `${count} × ` : ''}${name}${memoryBytes === undefined ? '' : `, ${size(memoryBytes)}`}`,
    [gpu.vendor, gpu.architecture, gpu.driver, gpu.backends.join(', '), versionsOf(library)]
      .filter((part) => part !== '')
      .join('; '),
    ...(gpu.isSoftware ? ['a renderer in software: for tests, far too slow for training'] : []),
    features.join(', '),
    `buffers up to ${size(limits.maxBufferSize)}, ${size(limits.maxStorageBufferBindingSize)} of one in a kernel, ` +
      `${limits.maxStorageBuffersPerShaderStage} buffers a kernel`,
    `workgroups of ${limits.maxComputeInvocationsPerWorkgroup} threads with ` +
      `${(limits.maxComputeWorkgroupStorageSize / 1024).toFixed(0)} KiB`,
    ...(areSeveral ? [`choose it: --gpu ${JSON.stringify(name)}`] : []),
    ...(count > 1 ? ['equal cards cannot be told apart: the first is used'] : []),
  ];
}

const indented = (line: string) => `                 ${line}`;

function versionsOf(library: Readonly<Record<string, string>>): string {
  return Object.entries(library)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

/** Powers of 1024, as memory is sold. */
function size(bytes: number): string {
  const gibibytes = bytes / 2 ** 30;
  return gibibytes >= 10
    ? `${gibibytes.toFixed(0)} GiB`
    : gibibytes >= 1
      ? `${gibibytes.toFixed(1)} GiB`
      : `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
