import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overriding } from '../../test/observedDevice.js';
import { TINY } from '../../test/tinyRun.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { openDevice } from '../engine/devices/openDevice.js';
import type { HardwareGpu } from '../engine/devices/webgpu/findHardwareGpu.js';
import { decideDevice } from './autoDevice.js';
import { parseTrainOptions } from './options.js';

const opt = (...argv: string[]) =>
  parseTrainOptions(['--dataroot', '.', ...TINY, '--device', 'auto', ...argv]);
const adapter = { name: 'nvidia-h200', vendor: 'nvidia', architecture: '', driver: '', isSoftware: false };

interface Machine {
  readonly gpu?: HardwareGpu;
  /** Milliseconds of a run by device, the first of each taking ten times as long; or why it does not open. */
  readonly speeds?: Readonly<Record<string, number | Error>>;
}

/** Decides on a machine that is made up: its devices compute on the processor, and its clock goes by what they take. */
async function decide(given: ReturnType<typeof opt>, { gpu = { adapter }, speeds = {} }: Machine) {
  let [clock, opened, disposed] = [0, 0, 0];
  const runs: Record<string, number> = {};
  const said: string[] = [];
  const open = async ({ device: name }: { readonly device: string }) => {
    const speed = speeds[name];
    if (typeof speed !== 'number') throw speed ?? new Error(`${name} was opened`);
    const inner = await openDevice('cpu', { threads: 1 });
    opened++;
    return overriding(inner, {
      compile: async (program, options) => {
        const executable = await inner.compile(program, options);
        return overriding(executable, {
          run: (inputs) => {
            runs[name] = (runs[name] ?? 0) + 1;
            clock += runs[name] === 1 ? 10 * speed : speed;
            return executable.run(inputs);
          },
        });
      },
      dispose: () => {
        disposed++;
        return inner.dispose();
      },
    });
  };
  const trial = { findGpu: async () => gpu, open, now: () => clock };
  const { device } = await decideDevice(given, (text) => said.push(text), trial);
  assert.equal(disposed, opened);
  return { device, said, runs };
}

test('a fast GPU is chosen, and it is said which, why, and how to choose otherwise', async () => {
  const { device, said, runs } = await decide(opt(), { speeds: { webgpu: 7, cpu: 600 } });
  assert.equal(device, 'webgpu');
  assert.deepEqual(said, [
    'training on the GPU nvidia-h200: a step takes 7.0 ms there, on the CPU a step takes 600 ms ' +
      '(--device cpu chooses otherwise)',
  ]);
  assert.deepEqual(runs, { webgpu: 4, cpu: 2 }); // the first step of the CPU took all patience
});

test('a slow GPU is not', async () => {
  const { device, said } = await decide(opt(), { speeds: { webgpu: 90, cpu: 50 } });
  assert.equal(device, 'cpu');
  assert.match(
    said.join(),
    /^training on the CPU: a step takes 50 ms there, on the GPU nvidia-h200 .* 90 ms/,
  );
});

test('a device that cannot make a step leaves the other one', async () => {
  const small = new Pix2PixError('the GPU has not enough memory');
  const onCpu = await decide(opt(), { speeds: { webgpu: small, cpu: 50 } });
  assert.equal(onCpu.device, 'cpu');
  assert.match(onCpu.said.join(), /on the GPU nvidia-h200 none \(the GPU has not enough memory\)/);
  const lacking = new Pix2PixError('a training step does not fit into memory');
  assert.equal((await decide(opt(), { speeds: { webgpu: 9000, cpu: lacking } })).device, 'webgpu');
  await assert.rejects(decide(opt(), { speeds: { webgpu: small, cpu: lacking } }), lacking);
  const driver = new TypeError('the driver failed\nand more');
  const despite = await decide(opt(), { speeds: { webgpu: driver, cpu: 50 } });
  assert.match(despite.said.join(), /^training on the CPU: .* none \(the driver failed\)/);
  await assert.rejects(decide(opt(), { speeds: { webgpu: 9, cpu: new TypeError('a defect') } }), TypeError);
});

test('without a GPU nothing is timed, and nothing said but what a person can change', async () => {
  assert.deepEqual(await decide(opt(), { gpu: {} }), { device: 'cpu', said: [], runs: {} });
  const gpu = { notice: 'the package webgpu is not installed: npm install webgpu' };
  const { device, said } = await decide(opt(), { gpu });
  assert.equal(device, 'cpu');
  assert.deepEqual(said, [`training on the CPU: ${gpu.notice}`]);
});

test('mixed precision takes the GPU without a trial, since the CPU has none', async () => {
  const { device, said, runs } = await decide(opt('--precision', 'mixed'), {});
  assert.deepEqual([device, runs], ['webgpu', {}]);
  assert.deepEqual(said, ['training on the GPU nvidia-h200: the CPU has no --precision mixed']);
});

test('who has named a device gets it without a trial', async () => {
  for (const device of ['cpu', 'webgpu']) {
    assert.deepEqual(await decide(opt('--device', device), {}), { device, said: [], runs: {} });
  }
});
