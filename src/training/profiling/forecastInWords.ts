import { formatBytes } from '../../base/byteSize.js';
import { counted } from '../../base/counted.js';
import { formatDuration } from '../../base/duration.js';
import type { Device } from '../../engine/runtime/device.js';
import type { MemoryNeeds } from '../../engine/runtime/memoryModel.js';
import type { StepTime } from '../../engine/runtime/stepTime.js';
import type { ImageSize } from '../../models/images.js';
import type { Launch } from '../parallel/launch.js';

/** What a dry run has found: of one rank, where there are several. */
export interface Forecast {
  readonly device: Pick<Device, 'name' | 'adapter'>;
  readonly launch?: Launch;
  readonly size: ImageSize;
  /** Of a step: those that the rank computes, and those of all ranks. */
  readonly imagesOfRank: number;
  readonly imagesPerStep: number;
  readonly flops: number;
  readonly parameters: number;
  readonly networks: readonly (readonly [name: string, parameters: number])[];
  readonly memoryBytes: number;
  readonly needs: MemoryNeeds;
  /** An epoch's last images, where they are fewer than others. */
  readonly last?: { readonly images: number; readonly bytes: number };
  readonly strategyNote?: string;
  readonly kept?: string;
  readonly time: StepTime;
  /** Of an epoch; undefined without a data root. */
  readonly images?: number;
  readonly whole?: { readonly steps: number; readonly until: string };
}

/** The forecast for people, each part on a line of its own. */
export function forecastInWords(forecast: Forecast): string {
  const { device, launch, size, networks, time, kept, strategyNote, flops } = forecast;
  const where = device.adapter === undefined ? 'the processor' : `the GPU ${device.adapter}`;
  const parts = networks.map(([name, count]) => `${name} ${millions(count)}`).join(', ');
  const ofAll = launch && `of ${forecast.imagesPerStep} images of all ranks`;
  const lines: (readonly [name: string, text: string | undefined])[] = [
    ['ranks', launch && ranksInWords(launch)],
    ['device', `${where} (--device ${device.name})`],
    [
      'step',
      [
        `${forecast.imagesOfRank} × ${size.height} × ${size.width}`,
        `${(flops / 1e9).toFixed(1)} GFLOP`,
        ...(ofAll === undefined ? [] : [ofAll]),
      ].join(', '),
    ],
    ['parameters', `${millions(forecast.parameters)} (${parts})`],
    ['memory', memoryInWords(forecast)],
    ['', launch && memoryOfMachine(forecast.memoryBytes, launch)],
    ['', strategyNote],
    ['images', kept],
    [
      'step time',
      `${ms(time.total)}: convolutions ${ms(time.convolutions)}, other ${ms(time.others)}, optimisers ${ms(time.optimisers)}`,
    ],
    [
      '',
      launch &&
        `without the exchange of ${formatBytes(4 * forecast.parameters)} of gradients, whose time is the network's`,
    ],
    ...timesInWords(forecast).map((text, i) => [i === 0 ? 'time' : '', text] as const),
  ];
  return lines
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name.padEnd(12)}${text}`)
    .join('\n');
}

const millions = (count: number) => `${(count / 1e6).toFixed(1)} million`;
const ms = (milliseconds: number) => `${milliseconds.toFixed(0)} ms`;

function ranksInWords({ size, localSize, launcher }: Launch): string {
  const here = localSize > 1 ? `, ${localSize} of them on this machine` : '';
  return `${size}, started by ${launcher}${here}; device, memory and step time are of each of them`;
}

function memoryInWords({ memoryBytes, needs, last, launch, device }: Forecast): string {
  const isExchanged = launch !== undefined && device.adapter !== undefined; // elsewhere gradients are summed where they lie
  const states = `parameters, gradients${isExchanged ? ' and their exchange,' : ' and'} moments`;
  return [
    `${formatBytes(memoryBytes)}: ${states} ${formatBytes(needs.states)}`,
    `activations kept ${formatBytes(needs.kept)}`,
    `working ${formatBytes(needs.working)}`,
    ...(last === undefined
      ? []
      : [`an epoch's last ${counted(last.images, 'image')} ${formatBytes(last.bytes)}`]),
    ...(needs.process > 0 ? [`program ${formatBytes(needs.process)}`] : []),
  ].join(', ');
}

const memoryOfMachine = (bytes: number, { localSize }: Launch) =>
  localSize === 1
    ? undefined
    : `${formatBytes(localSize * bytes)} for the ${localSize} ranks of this machine`;

function timesInWords({ images, imagesPerStep, time, whole }: Forecast): string[] {
  const seconds = ((images ?? 1000) / imagesPerStep) * (time.total / 1000);
  const epoch = `${formatDuration(seconds)} for ${images === undefined ? '1000 images' : `an epoch of ${counted(images, 'image')}`}`;
  if (whole === undefined) return [epoch];
  const all = formatDuration((whole.steps * time.total) / 1000);
  return [epoch, `${all} for all ${whole.steps} steps, ${whole.until}`];
}
