/** Training in mixed precision: near to that in 32 bits, alike on the GPU and in the interpreter, and as safe. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { InterpreterDevice } from '../src/engine/devices/interpreter/interpreterDevice.js';
import { scheduleOptions } from '../src/engine/devices/webgpu/kernelLimits.js';
import { openTestDevice } from './devices.js';
import { foundGpu, gpuTest } from './foundDevices.js';
import { apart, train } from './mixedTraining.js';

after(() => foundGpu?.dispose());
/** With the kernels of SwiftShader, so that it rounds where that one does. */
const SWIFTSHADER = { bytes: 32_768, invocations: 256 };
const interpreter = new InterpreterDevice('f64', scheduleOptions({ workgroup: SWIFTSHADER }));
const mixed = await train(interpreter, 'mixed');

/**
 * Activations keep 11 bits, so that a step's gradients are a few thousandths apart, and Adam makes of the signs of small ones
 * whole steps: after ten of them losses were 8e-4 apart, where they have moved by 3e-2.
 */
test('ten steps are near to those in 32 bits', async () => {
  const exact = await train(interpreter, 'f32');
  assert.deepEqual(mixed.skipped, [0, 0]);
  const found = apart(mixed, exact);
  assert.ok(found <= 3e-3, `${found}`);
  assert.ok(found >= 1e-6, 'it rounds');
});

gpuTest('a GPU rounds where the interpreter does', async (gpu) => {
  const found = apart(await train(gpu, 'mixed', { steps: 3 }), {
    ...mixed,
    losses: mixed.losses.slice(0, 3),
  });
  assert.ok(found <= 1e-4, `${found}`);
});

gpuTest('updates that overflow are left out, and the scale falls until none does', async (gpu) => {
  const settings = { steps: 4, scale: 2 ** 24 };
  const [found, expected] = [
    await train(gpu, 'mixed', settings),
    await train(interpreter, 'mixed', settings),
  ];
  assert.deepEqual(found.skipped, expected.skipped);
  assert.ok(
    found.skipped.every((count) => count! > 0),
    `${found.skipped}`,
  );
  assert.ok(found.losses.flatMap((losses) => Object.values(losses)).every(Number.isFinite));
});

test('the processor refuses', async () => {
  const cpu = await openTestDevice('cpu');
  await assert.rejects(train(cpu, 'mixed'), /does not train in mixed precision.*--precision.*mixed/s);
  await cpu.dispose();
});
