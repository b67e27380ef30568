import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../../../../test/until.js';
import { isProcessAlive } from '../../../base/files/processIdentity.js';
import type { Scalars } from '../tracker.js';
import { readAmdGpus } from './amdGpus.js';
import { CpuUse } from './cpuUse.js';
import { GpuWatch } from './gpuWatch.js';
import { HardwareMonitor } from './hardwareMonitor.js';
import { parseReading } from './nvidiaSmi.js';
import { readGpus } from './readGpus.js';

const root = mkdtempSync(join(tmpdir(), 'hardware-'));
after(() => rmSync(root, { recursive: true }));
const skip = process.platform === 'win32' ? 'the stand-in is a shell script' : false;

test('a line of nvidia-smi is read, and any other passed over', () => {
  // As an H100 and an A30 with MIG print them.
  assert.deepEqual(parseReading('0, 37, 10240, 81559, NVIDIA H100 80GB HBM3'), {
    index: 0,
    reading: {
      name: 'NVIDIA H100 80GB HBM3',
      utilization: 37,
      memoryBytes: 10240 * 2 ** 20,
      totalBytes: 81559 * 2 ** 20,
    },
  });
  assert.deepEqual(parseReading('1, [N/A], 512, [N/A], NVIDIA A30'), {
    index: 1,
    reading: {
      name: 'NVIDIA A30',
      utilization: undefined,
      memoryBytes: 512 * 2 ** 20,
      totalBytes: undefined,
    },
  });
  for (const line of [
    '',
    'No devices were found',
    '-1, 2, 3, 4, x',
    '0, 1, 2',
    'NVIDIA-SMI has failed, sorry, a, b, c',
  ])
    assert.equal(parseReading(line), undefined, line);
});

/** Cards as Linux shows them: the files of each, by its name. */
function cards(files: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const folder = mkdtempSync(join(root, 'drm-'));
  for (const [card, contents] of Object.entries(files)) {
    mkdirSync(join(folder, card, 'device'), { recursive: true });
    for (const [name, text] of Object.entries(contents)) {
      writeFileSync(join(folder, card, 'device', name), `${text}\n`);
    }
  }
  return folder;
}

const RX = {
  ...{ gpu_busy_percent: '41', mem_info_vram_used: '3000000000', mem_info_vram_total: '25753026560' },
  product_name: 'Radeon RX 7900 XTX',
};

test('the use of AMD’s GPUs is what their driver’s files say; other cards and damaged files are passed over', () => {
  const folder = cards({
    card0: { device: '0x3e92' }, // Intel's has none of these files
    card1: RX,
    card2: { gpu_busy_percent: 'nonsense', mem_info_vram_used: '5', device: '0x744c' },
    'card1-DP-1': RX,
    renderD128: RX,
  });
  const figures = { utilization: 41, memoryBytes: 3e9, totalBytes: 25753026560 };
  assert.deepEqual(
    [...readAmdGpus(folder)],
    [
      [1, { name: 'Radeon RX 7900 XTX', ...figures }],
      [2, { name: 'AMD 0x744c', utilization: undefined, memoryBytes: 5, totalBytes: undefined }],
    ],
  );
  assert.equal(readAmdGpus(join(root, 'no such folder')).size, 0);
});

test('GPUs are numbered as they are found, and keep their numbers', { skip }, () => {
  const path = process.env.PATH;
  process.env.PATH = root;
  const folder = cards({ card1: RX });
  const found: string[] = [];
  const watch = new GpuWatch(
    1,
    ({ index, name }) => found.push(`${index} ${name}`),
    () => readAmdGpus(folder),
  );
  process.env.PATH = path;
  watch.own({ name: 'amd-rx', memoryBytes: 7 });
  assert.deepEqual(
    [1, 2].map(() => watch.readings().map(({ index, memoryBytes }) => [index, memoryBytes])),
    [[[0, 3e9]], [[0, 3e9]]],
  );
  assert.deepEqual(found, ['0 Radeon RX 7900 XTX']);
  watch.stop();
});

test('where nothing tells of a GPU, its memory is what the training has of it, until something does', {
  skip,
}, () => {
  const path = process.env.PATH;
  process.env.PATH = root;
  let folder = join(root, 'nothing');
  const found: string[] = [];
  const watch = new GpuWatch(
    1,
    ({ name }) => found.push(name),
    () => readAmdGpus(folder),
  );
  process.env.PATH = path;
  assert.deepEqual(watch.readings(), []);
  for (const memoryBytes of [7, 8]) {
    watch.own({ name: 'apple-m3', memoryBytes });
    assert.deepEqual(watch.readings(), [{ index: 0, name: 'apple-m3', memoryBytes }]);
  }
  folder = cards({ card0: RX });
  assert.deepEqual(
    watch.readings().map(({ index, name }) => [index, name]),
    [[0, 'Radeon RX 7900 XTX']],
  );
  assert.deepEqual(found, ['apple-m3', 'Radeon RX 7900 XTX']);
  watch.stop();
});

test('a core is busy for the share of its time in which it is not idle, since it was last asked', () => {
  const core = (user: number, sys: number, idle: number) => ({
    ...{ model: '', speed: 0 },
    times: { user, nice: 0, sys, irq: 0, idle },
  });
  const readings = [
    [core(100, 10, 1000), core(0, 0, 500)],
    [core(160, 30, 1020), core(0, 0, 600)],
    [core(160, 30, 1020), core(25, 0, 675), core(9, 0, 1)], // one stood still, and one has come
  ];
  const use = new CpuUse(() => readings.shift()!);
  assert.deepEqual(use.take(), [80, 0]);
  assert.deepEqual(use.take(), [0, 25, 90]);
});

test('the use of each core of the machine is reported', () => {
  const percents = new CpuUse().take();
  assert.equal(percents.length, cpus().length);
  assert(percents.every((percent) => percent >= 0 && percent <= 100));
});

/** Puts a program called nvidia-smi first on the PATH, and gives the file in which it leaves its process id. */
function standIn(script: string): string {
  const folder = mkdtempSync(join(root, 'path-'));
  const pid = join(folder, 'pid');
  writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\necho $$ > '${pid}'\n${script}\n`);
  chmodSync(join(folder, 'nvidia-smi'), 0o755);
  process.env.PATH = `${folder}${delimiter}${process.env.PATH}`;
  return pid;
}

test('GPUs are those of one nvidia-smi, which ends with the watch', { skip }, async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const path = process.env.PATH;
  const pid = standIn(
    'echo "0, 37, 1000, 8000, NVIDIA One"; echo "1, [N/A], 500, [N/A], Two"; exec sleep 1000000',
  );
  const found: string[] = [];
  const samples: Scalars[] = [];
  const monitor = new HardwareMonitor({
    folder: root,
    onSample: (values) => void samples.push(values),
    onGpu: ({ name }) => void found.push(name),
  });
  process.env.PATH = path;
  await until(() => found.length === 2);
  t.mock.timers.tick(4999);
  assert.equal(samples.length, 0);
  t.mock.timers.tick(1);
  await until(() => samples.length === 1);
  await monitor.stop();
  assert.equal(samples.length, 2);
  const last = samples.at(-1)!;
  assert.deepEqual(found, ['NVIDIA One', 'Two']);
  assert.equal(last['system/gpu_0_utilization'], 37);
  assert.equal(last['system/gpu_0_memory_gb'], (1000 * 2 ** 20) / 1e9);
  assert.equal(last['system/gpu_1_utilization'], undefined);
  assert(last['system/rss_gb'] > 0.01 && last['system/rss_gb'] < totalmem() / 1e9);
  assert(last['system/memory_free_gb'] > 0 && last['system/memory_free_gb'] < totalmem() / 1e9);
  assert(last['system/disk_free_gb'] > 0);
  for (let core = 0; core < cpus().length; core++) assert(last[`system/cpu_${core}`] >= 0);
  await until(() => !isProcessAlive(Number(readFileSync(pid, 'utf8'))));
  t.mock.timers.tick(60_000);
  await monitor.stop(); // one that was under way would have ended by now
  assert.equal(samples.length, 3);
});

test('GPUs can be read once', { skip }, async () => {
  const path = process.env.PATH;
  standIn('echo "0, 37, 1000, 8000, NVIDIA One"; echo "nonsense"');
  const [gpu] = await readGpus();
  process.env.PATH = path;
  assert.deepEqual([gpu.name, gpu.totalBytes], ['NVIDIA One', 8000 * 2 ** 20]);
});

test('without nvidia-smi, or where it fails or prints nonsense, there are no GPUs', { skip }, async () => {
  const path = process.env.PATH;
  process.env.PATH = root;
  const none = new GpuWatch(
    1,
    () => {},
    () => new Map(),
  );
  process.env.PATH = path;
  standIn('echo "NVIDIA-SMI has failed"; echo "9, 1, 2, 3, After it"; exit 9');
  const failing = new GpuWatch(
    1,
    () => {},
    () => new Map(),
  );
  process.env.PATH = path;
  await until(() => failing.readings().length > 0);
  assert.deepEqual([none.readings(), failing.readings().map(({ name }) => name)], [[], ['After it']]);
  none.stop();
  failing.stop();
});

test('a folder that is gone costs its figure alone', async () => {
  const samples: Scalars[] = [];
  const monitor = new HardwareMonitor({
    folder: join(root, 'gone'),
    onSample: (values) => void samples.push(values),
  });
  await monitor.stop();
  assert.equal(samples.length, 1);
  assert.equal(samples[0]['system/disk_free_gb'], undefined);
  assert(samples[0]['system/rss_gb'] > 0);
});
