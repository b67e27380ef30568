import './ownCache.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import sharp from 'sharp';
import { decodeDeepImage } from '../src/data/decode/decode.js';
import type { DeviceChoice } from '../src/engine/devices/registry.js';
import { encodeImage } from '../src/inference/encodeImage.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { makeRun } from '../test/trainedRun.js';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import { formatFacts, formatTable, type Row, writeResults } from './report.js';

/**
 * Measures `pix2pix serve` as its clients see it: `npm run bench:serve`. Throughput at 1, 8 and 64 clients beside that of the bare
 * generator, latency, and memory over many requests. Rounds of both alternate, so that other load on the machine slows both.
 */
const { values } = parseArgs({
  options: {
    ngf: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '3' },
    /** Of each measurement. */
    seconds: { type: 'string', default: '10' },
    /** Over which the memory is watched, with a network of a few kB; 0: none. */
    requests: { type: 'string', default: '10000' },
    device: { type: 'string', default: 'cpu' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    out: { type: 'string', default: 'bench/results/serve.json' },
  },
});
const [rounds, seconds, requests, threads] = [
  values.rounds,
  values.seconds,
  values.requests,
  values.threads,
].map(Number);
const device = values.device as DeviceChoice;
const CLIENTS = [1, 8, 64] as const;
const SIDE = 256;
const CODEC_TRIES = 20;
const program = fileURLToPath(new URL('../../bin/pix2pix.js', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-bench-'));
try {
  await (await makeRun(folder, 'bench', ['--netG', 'unet_256', '--ngf', values.ngf])).dispose();
  await (await makeRun(folder, 'small', ['--netG', 'unet_32', '--ngf', '4'])).dispose();
  const codecs: number[] = [];
  const measured = await measureThroughput(codecs);
  const memory = requests > 0 ? await watchMemory() : undefined;
  const rows = [
    ...throughputRows(measured, median(codecs)),
    ...(memory === undefined ? [] : memoryRows(memory)),
  ];
  console.log(formatTable(rows));
  const machine = { ...describeMachine(), threads, device };
  console.log(formatFacts(machine));
  writeResults(values.out, {
    machine,
    rows,
    raw: { measured: Object.fromEntries(measured), codecs, memory },
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Measured {
  /** Images a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

/**
 * By the number of clients; 0 is the bare generator.
 * @param codecs takes the milliseconds in which an image is decoded and its translation encoded
 */
async function measureThroughput(codecs: number[]): Promise<Map<number, Measured[]>> {
  const measured = new Map<number, Measured[]>([0, ...CLIENTS].map((clients) => [clients, []]));
  const service = await startProgram('bench');
  const generator = await loadGenerator('bench', { checkpointsDir: folder, threads, device });
  try {
    await load(service.url, 1, { amount: 2 });
    for (let round = 1; round <= rounds; round++) {
      console.error(`round ${round} of ${rounds}`);
      measured.get(0)!.push(await bare(generator));
      codecs.push(await timeCodecs(generator));
      for (const clients of CLIENTS)
        measured.get(clients)!.push(await load(service.url, clients, { duration: seconds }));
    }
  } finally {
    await generator.dispose();
    await service.end();
  }
  return measured;
}

/** One image after the other, which is in memory already and stays there. */
async function bare(generator: Awaited<ReturnType<typeof loadGenerator>>): Promise<Measured> {
  const image = { data: new Uint8Array(SIDE * SIDE * 3).fill(100), shape: [1, SIDE, SIDE, 3] as const };
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const start = performance.now();
    await generator.translate(image);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  return {
    rate: (1000 * times.length) / times.reduce((a, b) => a + b),
    p50: at(0.5),
    p99: at(0.99),
    errors: 0,
  };
}

/** Decodes an image and encodes a translation, time after time, each time after a translation, as it is for one client. */
async function timeCodecs(generator: Awaited<ReturnType<typeof loadGenerator>>): Promise<number> {
  const file = await picture(SIDE);
  const times: number[] = [];
  for (let i = 0; i < CODEC_TRIES; i++) {
    const { data, shape } = await generator.translate(file);
    const start = performance.now();
    await decodeDeepImage(file, 'the image');
    await encodeImage({ data, shape }, { format: 'png', quality: 95 });
    times.push(performance.now() - start);
  }
  return median(times);
}

/** PNGs of noise in blocks, from so many clients at a time. */
async function load(
  url: string,
  connections: number,
  until: { readonly amount: number } | { readonly duration: number },
  side = SIDE,
): Promise<Measured> {
  const result = await autocannon({
    ...{ url: `${url}/v1/translate`, connections, ...until, timeout: 300 },
    ...{ method: 'POST', headers: { 'Content-Type': 'image/png' }, body: await picture(side) },
  });
  const { '2xx': answered, errors, non2xx, duration, latency } = result;
  return { rate: answered / duration, p50: latency.p50, p99: latency.p99, errors: errors + non2xx };
}

function picture(side: number): Promise<Buffer> {
  const blocks = Uint8Array.from({ length: (side / 8) ** 2 * 3 }, (_, i) => (i * i * 31) % 256);
  return sharp(blocks, { raw: { width: side / 8, height: side / 8, channels: 3 } })
    .resize(side, side, { kernel: 'nearest' })
    .png()
    .toBuffer();
}

/** Resident bytes of the service after each tenth of the requests. */
async function watchMemory(): Promise<{ readonly bytes: number[]; readonly errors: number }> {
  const service = await startProgram('small');
  const bytes: number[] = [];
  let errors = 0;
  try {
    for (let part = 1; part <= 10; part++) {
      console.error(`memory: part ${part} of 10`);
      errors += (await load(service.url, 8, { amount: requests / 10 }, 64)).errors;
      bytes.push(await service.residentBytes());
    }
  } finally {
    await service.end();
  }
  return { bytes, errors };
}

async function startProgram(model: string) {
  const argv = ['serve', '--model', model, '--checkpoints_dir', folder, '--port', '0', '--log', 'none'];
  const all = [
    program,
    ...argv,
    '--device',
    values.device,
    '--intra_threads',
    `${threads}`,
    '--timeout',
    '300',
  ];
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [line] = await once(child.stderr, 'data');
  const url = new URL(/http:\S+/.exec(String(line))![0]).origin;
  return {
    url,
    residentBytes: async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
    },
    end: async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}

function throughputRows(measured: ReadonlyMap<number, readonly Measured[]>, codecs: number): Row[] {
  const of = (clients: number, figure: keyof Measured) =>
    median(measured.get(clients)!.map((one) => one[figure]));
  const share = (clients: number) => `${((100 * of(clients, 'rate')) / of(0, 'rate')).toFixed(0)} %`;
  const errors = [...measured.values()].flat().reduce((total, one) => total + one.errors, 0);
  return [
    { what: 'bare generator, one image after the other', value: `${of(0, 'rate').toFixed(2)} images/s` },
    {
      what: 'decoding and encoding an image, so that one client has at most',
      value: `${codecs.toFixed(1)} ms, ${(100 / (1 + (codecs / 1000) * of(0, 'rate'))).toFixed(0)} %`,
    },
    ...CLIENTS.flatMap((clients) => [
      {
        what: `${clients} clients`,
        value: `${of(clients, 'rate').toFixed(2)} images/s, ${share(clients)}`,
        target: '≥ 90 %',
      },
      {
        what: `${clients} clients, p50 and p99`,
        value: `${of(clients, 'p50')} ms, ${of(clients, 'p99')} ms`,
      },
    ]),
    { what: 'errors', value: `${errors}`, target: '0' },
  ];
}

function memoryRows({
  bytes,
  errors,
}: {
  readonly bytes: readonly number[];
  readonly errors: number;
}): Row[] {
  const megabytes = bytes.map((one) => (one / 1e6).toFixed(0));
  return [
    {
      what: `resident MB after each tenth of ${requests} requests`,
      value: megabytes.join(' '),
      target: 'flat',
    },
    { what: 'errors', value: `${errors}`, target: '0' },
  ];
}
