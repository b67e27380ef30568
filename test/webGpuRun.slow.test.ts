/** Whole trainings on a GPU in software: resumed, moved to the processor, tested, translated and exported. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { optionsOf, timeGpuSteps } from '../bench/gpuStep.js';
import { openDevice } from '../src/engine/devices/openDevice.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { parseTestOptions } from '../src/training/options.js';
import { test as testRun } from '../src/training/testCommand.js';
import { useSwiftShader } from './swiftShader.js';
import { makeDataset, stored, TINY, temporaryFolder, trainHere } from './tinyRun.js';

useSwiftShader();
const skip = await openDevice('webgpu').then(
  async (device) => void (await device.dispose()),
  (error: Error) => `webgpu does not open here: ${error.message}`,
);
const folder = temporaryFolder();
const checkpoints = join(folder, 'checkpoints');
const dataroot = await makeDataset(join(folder, 'data'), { train: 3, test: 2 });
const run = (name: string) => ['--name', name, '--checkpoints_dir', checkpoints];
const training = (name: string, device: string) => [
  ...['--dataroot', dataroot, ...TINY, '--device', device, ...run(name)],
  ...['--val_freq', '0', '--n_epochs', '2', '--n_epochs_decay', '0'],
];
const steps = (count: number) => ['--max_steps', `${count}`];
const kept = (name: string) => stored(join(checkpoints, name));

test('a training that is continued on the GPU is the one that was not interrupted, bit for bit', {
  skip,
}, async () => {
  await trainHere([...training('whole', 'webgpu'), ...steps(3)]);
  await trainHere([...training('parts', 'webgpu'), ...steps(1)]);
  await trainHere([...run('parts'), '--continue_train', ...steps(3)]);
  assert.deepEqual(kept('parts'), kept('whole'));
});

test('a checkpoint goes to the processor and back, and a test follows it', { skip }, async () => {
  await trainHere([...run('parts'), '--continue_train', '--device', 'cpu', ...steps(4)]);
  const { events } = await trainHere([
    ...run('parts'),
    '--continue_train',
    '--device',
    'webgpu',
    ...steps(5),
  ]);
  const started = events.find((event) => event.kind === 'started')!;
  assert.ok(
    started.kind === 'started' && started.device.name === 'webgpu' && started.device.adapter !== undefined,
  );
  const results = ['--results_dir', join(folder, 'results')];
  const figures = async (device: readonly string[]) => {
    const opt = parseTestOptions([...run('parts'), ...results, ...device]);
    return (await testRun(opt, undefined, { message: () => {}, progress: () => {} })).means;
  };
  const [gpu, cpu] = [await figures([]), await figures(['--device', 'cpu'])];
  assert.ok(Math.abs(gpu.l1 - cpu.l1) < 1e-3 * cpu.l1, `${gpu.l1}, ${cpu.l1}`);
});

test('both devices translate alike, and an export agrees with the trained generator on either', {
  skip,
}, async () => {
  const images = {
    data: Float32Array.from({ length: 2 * 3 * 40 * 33 }, (_, i) => Math.sin(i)),
    shape: [2, 3, 40, 33],
  } as const;
  const [gpu, cpu] = await Promise.all(
    (['auto', 'cpu'] as const).map(async (device) => {
      const generator = await loadGenerator('parts', { checkpointsDir: checkpoints, device });
      const { data, shape } = await generator.translate(images);
      assert.deepEqual(shape, [2, 3, 40, 33]);
      await generator.dispose();
      return data;
    }),
  );
  const largest = gpu.reduce((most, x, i) => Math.max(most, Math.abs(x - cpu[i])), 0);
  assert.ok(largest < 1e-4, `${largest}`);
  const out = join(folder, 'parts.onnx');
  const { difference } = await exportGenerator('parts', {
    checkpointsDir: checkpoints,
    device: 'webgpu',
    out,
  });
  assert.ok(difference.max < 1e-4 * 127.5);
  await assert.rejects(loadGenerator(out, { device: 'webgpu' }), { message: /runs on the processor alone/ });
});

test('all buffers of a training are what --dry_run says, within 2 %', { skip }, async () => {
  const { memory } = await timeGpuSteps(optionsOf({ size: 64, ngf: 16, ndf: 16 }, 1), {
    steps: 1,
    rounds: 1,
  });
  const error = Math.abs(memory.buffers / memory.predicted - 1);
  assert.ok(error < 0.02, `${memory.buffers} and ${memory.predicted}`);
});
