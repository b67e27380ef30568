import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from '../../../base/files/processIdentity.js';
import type { Scalars } from '../tracker.js';
import { CpuUse } from './cpuUse.js';
import { GpuWatch, parseReading } from './gpuWatch.js';
import { HardwareMonitor } from './hardwareMonitor.js';

const root = mkdtempSync(join(tmpdir(), 'hardware-'));
after(() => rmSync(root, { recursive: true }));
const skip = process.platform === 'win32' ? 'the stand-in is a shell script' : false;

test('a line of nvidia-smi is read, and any other passed over', () => {
  // As an H100 and an A30 with MIG print them.
  assert.deepEqual(parseReading('0, 37, 10240, NVIDIA H100 80GB HBM3'), {
    index: 0,
    name: 'NVIDIA H100 80GB HBM3',
    utilization: 37,
    memoryBytes: 10240 * 2 ** 20,
  });
  assert.deepEqual(parseReading('1, [N/A], 512, NVIDIA A30'), {
    index: 1,
    name: 'NVIDIA A30',
    utilization: undefined,
    memoryBytes: 512 * 2 ** 20,
  });
  for (const line of [
    '',
    'No devices were found',
    '-1, 2, 3, x',
    '0, 1',
    'NVIDIA-SMI has failed, sorry, a, b',
  ])
    assert.equal(parseReading(line), undefined, line);
});

test('a core that works is busy, one that does nothing is not', () => {
  const use = new CpuUse();
  const end = Date.now() + 300;
  while (Date.now() < end); // one core of them all
  const percents = use.take();
  assert.equal(percents.length, cpus().length);
  assert(percents.every((percent) => percent >= 0 && percent <= 100));
  // The system may move the loop from core to core.
  assert(percents.reduce((sum, percent) => sum + percent, 0) > 50, `${percents}`);
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

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !isTrue(); tries++) await sleep(10);
  assert(isTrue());
}

test('GPUs are those of one nvidia-smi, which ends with the watch', { skip }, async () => {
  const path = process.env.PATH;
  const pid = standIn(
    'while :; do echo "0, 37, 1000, NVIDIA One"; echo "1, [N/A], 500, Two"; sleep 0.05; done',
  );
  const found: string[] = [];
  const samples: Scalars[] = [];
  const monitor = new HardwareMonitor({
    folder: root,
    seconds: 0.02,
    onSample: (values) => void samples.push(values),
    onGpu: ({ name }) => void found.push(name),
  });
  process.env.PATH = path;
  await until(() => samples.some((values) => values['system/gpu_1_memory_gb'] !== undefined));
  await monitor.stop();
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
  const taken = samples.length;
  await sleep(100);
  assert.equal(samples.length, taken);
});

test('no nvidia-smi, one that fails and one that talks nonsense are no GPUs', { skip }, async () => {
  const path = process.env.PATH;
  process.env.PATH = root;
  const none = new GpuWatch(1);
  process.env.PATH = path;
  const pid = standIn('echo "NVIDIA-SMI has failed"; exit 9');
  const failing = new GpuWatch(1);
  process.env.PATH = path;
  await until(() => existsSync(pid));
  await sleep(50);
  assert.deepEqual([none.readings, failing.readings], [[], []]);
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
