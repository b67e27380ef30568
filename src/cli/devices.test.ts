import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeDevices, type FoundDevices } from './devices.js';

const program = fileURLToPath(new URL('../../../bin/pix2pix.js', import.meta.url)); // from dist/src/cli

const CPU = {
  name: 'A CPU',
  cores: 16,
  memoryBytes: 128 * 2 ** 30,
  library: { 'onnxruntime-node': '1.30.0' },
};
const H200: FoundDevices['gpus'][number] = {
  ...{ name: 'NVIDIA H200', vendor: 'nvidia', architecture: 'hopper', driver: 'NVIDIA: 580.95' },
  ...{ isSoftware: false, backends: ['vulkan'], count: 1, memoryBytes: 141 * 2 ** 30 },
  features: { f16: true, timestamps: true, subgroups: true, 'subgroup matrices': false },
  limits: {
    ...{ maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 31, maxStorageBuffersPerShaderStage: 16 },
    ...{ maxComputeWorkgroupStorageSize: 49_152, maxComputeInvocationsPerWorkgroup: 1024 },
  },
};
const described = (found: Partial<FoundDevices>) =>
  describeDevices({ cpu: CPU, library: { webgpu: '0.6.2' }, gpus: [], missing: [], ...found });

test('devices are described by what one passes to use them, and what they can do', () => {
  assert.equal(
    described({ gpus: [H200] }),
    `--device cpu     A CPU
                 16 cores, one thread for each (--intra_threads), 128 GiB
                 onnxruntime-node 1.30.0

--device webgpu  NVIDIA H200, 141 GiB
                 nvidia; hopper; NVIDIA: 580.95; vulkan; webgpu 0.6.2
                 f16, timestamps, subgroups, no subgroup matrices
                 buffers up to 4.0 GiB, 2.0 GiB of one in a kernel, 16 buffers a kernel
                 workgroups of 1024 threads with 48 KiB

--device auto, the default, times a step on the CPU and on the GPU when a training begins`,
  );
});

test('of several GPUs each is told how to choose it, equal ones that they cannot be told apart', () => {
  const intel = { ...H200, name: 'Intel(R) Graphics', memoryBytes: undefined };
  const text = described({ gpus: [{ ...H200, count: 2 }, intel] });
  assert.match(
    text,
    /2 × NVIDIA H200, 141 GiB[\s\S]*--gpu "NVIDIA H200"\n +equal cards cannot be told apart/,
  );
  assert.match(text, /--gpu "Intel\(R\) Graphics"/);
});

test('what is missing is said, and that a renderer in software is none', () => {
  const text = described({ gpus: [{ ...H200, isSoftware: true }], missing: ['the loader: apt-get'] });
  assert.match(text, /far too slow for training/);
  assert.match(text, /^missing {10}the loader: apt-get$/m);
  assert.match(text, /the default, is the CPU here\n\n.*docs\/devices\.md$/);
});

test('the command lists this machine, for programs too', () => {
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, [program, 'devices', ...argv], { encoding: 'utf8' });
  const text = run();
  assert.equal(text.status, 0, text.stderr);
  assert.match(text.stdout, /^--device cpu /);
  const { cpu, gpus, missing } = JSON.parse(run('--json').stdout) as FoundDevices;
  assert.equal(cpu.cores, availableParallelism());
  assert.ok(gpus.some(({ isSoftware }) => !isSoftware) || missing.length > 0);
});
