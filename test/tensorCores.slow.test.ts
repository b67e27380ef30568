/** A training in mixed precision whose layers are computed by matrices of subgroups. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InterpreterDevice } from '../src/engine/devices/interpreter/interpreterDevice.js';
import { openDevice } from '../src/engine/devices/openDevice.js';
import { kernelLimitsOf, scheduleOptions } from '../src/engine/devices/webgpu/kernelLimits.js';
import { NO_MATRICES, openMatrixGpu } from './matrixGpu.js';
import { apart, train } from './mixedTraining.js';

const gpu = await openMatrixGpu();
await gpu?.dispose();
const skip = gpu === undefined ? NO_MATRICES : false;

test('tensor cores round where the interpreter does', { skip }, async () => {
  const limits = kernelLimitsOf(gpu!);
  const device = await openDevice('webgpu', { tensorCores: true, boundsChecks: true });
  const steps = { steps: 3 };
  const found = await train(device, 'mixed', steps);
  const tiles = Object.values(device.decided.algorithms);
  await device.dispose();
  assert.ok(tiles.filter((tile) => tile.includes(' by ')).length >= 10, `${tiles}`);
  const expected = await train(new InterpreterDevice('f64', scheduleOptions(limits)), 'mixed', steps);
  const difference = apart(found, expected);
  assert.ok(difference <= 1e-4, `${difference}`);
});
