/**
 * A log directory with runs that look like real ones, for the page's and the server's tests and for looking at:
 *
 *     node dist/test/dashboard/syntheticRuns.js OUT --runs 6 --points 2000
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { RandomStream } from '../../src/base/random/stream.js';
import { encodePng } from '../../src/records/writing/encodePng.js';
import { EventFileWriter } from '../../src/records/writing/eventFileWriter.js';
import { DataClass, DataType, type Summary_ValueSchema } from '../../src/records/writing/tensorboard_pb.js';
import { EPOCHS, IMAGES_PER_EPOCH, type RunKind, writeRecord } from './syntheticRecord.js';

const KINDS: readonly RunKind[] = [
  'running',
  'finished',
  'stopped',
  'crashed',
  'resumed',
  'nan',
  'foreign',
  'damaged',
];

export interface SyntheticRuns {
  /** One of each kind, and again from the start; 8 unless said. */
  readonly runs?: number;
  /** Points of each scalar; 400 unless said. */
  readonly points?: number;
  /** Steps at which images are kept; 6 unless said. */
  readonly images?: number;
}

/** Fills `folder`. @returns the ids of the runs, in order */
export async function makeSyntheticRuns(folder: string, options: SyntheticRuns = {}): Promise<string[]> {
  const { runs = KINDS.length, points = 400, images = 6 } = options;
  const ids: string[] = [];
  for (let i = 0; i < runs; i++) {
    const kind = KINDS[i % KINDS.length];
    const id = i < KINDS.length ? `facades_${kind}` : `sweep/${kind}_${i}`;
    await makeRun(join(folder, id), kind, i, points, images);
    ids.push(id);
  }
  return ids;
}

async function makeRun(
  folder: string,
  kind: RunKind,
  seed: number,
  points: number,
  images: number,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const last = IMAGES_PER_EPOCH * EPOCHS;
  const reached =
    kind === 'finished' || kind === 'foreign' ? last : Math.round(last * (0.4 + 0.05 * (seed % 8)));
  const seconds = 2 * reached;
  const start = Date.now() - (kind === 'running' ? 0 : 3600_000 * (seed + 1)) - seconds * 1000;
  const times = { start, perStep: (seconds * 1000) / reached };
  if (kind !== 'foreign') writeRecord(folder, kind, seed, times, reached);
  const part = { seed, points, images, ...times };
  if (kind === 'resumed') {
    await writeEvents(folder, { ...part, from: 1, to: Math.round(reached * 0.7) });
    await writeEvents(folder, { ...part, from: Math.round(reached * 0.5), to: reached, isResumed: true });
  } else
    await writeEvents(folder, {
      ...part,
      from: 1,
      to: reached,
      nanFrom: kind === 'nan' ? reached * 0.8 : undefined,
    });
  if (kind !== 'foreign') writeFileSync(join(folder, 'loss_log.txt'), lossLog(reached));
  if (kind === 'damaged') damage(folder);
}

interface Part {
  readonly seed: number;
  readonly points: number;
  readonly images: number;
  readonly start: number;
  readonly perStep: number;
  readonly from: number;
  readonly to: number;
  readonly isResumed?: boolean;
  readonly nanFrom?: number;
}

async function writeEvents(folder: string, part: Part): Promise<void> {
  const { from, to, points, seed, nanFrom = Number.POSITIVE_INFINITY } = part;
  const writer = new EventFileWriter(folder, part.isResumed ? { purgeStep: from } : {});
  const random = new RandomStream(seed, 'synthetic', [from]);
  const noise = () => random.uniform() + random.uniform() - 1;
  const wall = (step: number) => (part.start + step * part.perStep) / 1000;
  const scalars = (step: number, values: Record<string, number>) => {
    const value = Object.entries(values).map(
      ([tag, simpleValue]): ValueInit => ({ tag, value: { case: 'simpleValue', value: simpleValue } }),
    );
    write(writer, step, wall(step), ...value);
  };
  for (let i = 0; i < points; i++) {
    const step = Math.round(from + ((to - from) * i) / Math.max(1, points - 1));
    const fall = Math.exp(-step / (1500 + 300 * seed));
    const hasDiverged = step >= nanFrom;
    scalars(step, {
      'loss/G_GAN': hasDiverged ? Number.NaN : 1 + 0.6 * fall + 0.4 * noise(),
      'loss/G_L1': hasDiverged
        ? Number.NaN
        : 9 + 25 * fall + 4 * noise() * (0.3 + fall) + (random.uniform() < 0.002 ? 30 : 0),
      'loss/D_real': 0.5 + 0.3 * noise(),
      'loss/D_fake': 0.5 + 0.3 * noise() * (1 - fall / 2),
    });
    scalars(step, { lr: 0.0002 * Math.min(1, 2 - (2 * step) / (IMAGES_PER_EPOCH * EPOCHS)) });
    if (i % 4 === 0) scalars(step, systemScalars(noise));
  }
  for (let epoch = Math.ceil(from / IMAGES_PER_EPOCH); epoch * IMAGES_PER_EPOCH <= to; epoch++) {
    const quality = 1 - Math.exp(-epoch / 6);
    scalars(epoch * IMAGES_PER_EPOCH, {
      'val/L1': 0.3 - 0.15 * quality + 0.01 * noise(),
      'val/PSNR': 12 + 8 * quality + 0.3 * noise(),
      'val/SSIM': 0.2 + 0.4 * quality + 0.01 * noise(),
    });
  }
  await writeImages(writer, part, wall);
  writer.close();
}

function systemScalars(noise: () => number): Record<string, number> {
  return {
    'system/cpu': 82 + 6 * noise(),
    'system/cpu/core_0': 80 + 10 * noise(),
    'system/cpu/core_1': 84 + 10 * noise(),
    'system/rss_bytes': 1.4e9 + 5e7 * noise(),
    'system/free_memory_bytes': 5e9 + 4e8 * noise(),
    'system/images_per_second': 1.9 + 0.2 * noise(),
    'system/data_wait': 0.02 + 0.01 * noise(),
  };
}

/** Labels as blocks of colour, a photograph that the translation comes nearer to from step to step. */
async function writeImages(
  writer: EventFileWriter,
  { seed, images, from, to }: Part,
  wall: (step: number) => number,
): Promise<void> {
  const size = 64;
  const paint = (blur: number, isLabel: boolean) => {
    const data = new Uint8Array(size * size * 3);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const window = x % 16 > 4 && x % 16 < 12 && y % 20 > 6 && y % 20 < 16;
        const shade = isLabel ? 0 : 30 * Math.sin((x * (seed + 2)) / 7) * Math.cos(y / 9);
        const colour = window ? [40, 90, 200] : isLabel ? [10, 30, 150] : [170, 140, 110];
        for (let c = 0; c < 3; c++)
          data[(y * size + x) * 3 + c] = (colour[c] + shade) * (1 - blur) + 128 * blur;
      }
    }
    return { data, shape: [1, size, size, 3] as const };
  };
  for (let i = 0; i < images; i++) {
    const step = Math.round(from + ((to - from) * (i + 1)) / images);
    const nearness = (i + 1) / images;
    const visuals = {
      real_A: paint(0, true),
      fake_B: paint(0.8 * (1 - nearness), false),
      real_B: paint(0, false),
    };
    for (const [name, batch] of Object.entries(visuals)) {
      const image = { height: size, width: size, colorspace: 3, encodedImageString: await encodePng(batch) };
      write(writer, step, wall(step), { tag: `visuals/${name}`, value: { case: 'image', value: image } });
    }
    const stringVal = [new TextEncoder().encode(`latest, ${Math.ceil(step / IMAGES_PER_EPOCH)}`)];
    const tensor = { dtype: DataType.DT_STRING, tensorShape: { dim: [{ size: 1n }] }, stringVal };
    const metadata = { pluginData: { pluginName: 'text' }, dataClass: DataClass.TENSOR };
    write(writer, step, wall(step), {
      tag: 'checkpoint',
      metadata,
      value: { case: 'tensor', value: tensor },
    });
  }
}

type ValueInit = MessageInitShape<typeof Summary_ValueSchema>;

function write(writer: EventFileWriter, step: number, wallTime: number, ...value: ValueInit[]): void {
  writer.add({ step: BigInt(step), wallTime, what: { case: 'summary', value: { value } } });
}

function lossLog(reached: number): string {
  const lines = ['================ Training Loss (Mon Nov 23 09:00:00 2026) ================'];
  for (let step = 100; step <= reached; step += 100) {
    const epoch = Math.ceil(step / IMAGES_PER_EPOCH);
    lines.push(
      `(epoch: ${epoch}, iters: ${step % IMAGES_PER_EPOCH}, time: 0.512, data: 0.003) G_GAN: 1.021 G_L1: 14.202 `,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Flips a bit of a value in the middle of the first event file. */
function damage(folder: string): void {
  const name = readdirSync(folder).find((each) => each.includes('tfevents'))!;
  const bytes = readFileSync(join(folder, name));
  bytes[bytes.indexOf('loss/G_L1', bytes.length >> 2)] ^= 1;
  writeFileSync(join(folder, name), bytes);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '8' }, points: { type: 'string', default: '400' } },
  });
  const ids = await makeSyntheticRuns(positionals[0], {
    runs: Number(values.runs),
    points: Number(values.points),
  });
  console.log(ids.join('\n'));
}
