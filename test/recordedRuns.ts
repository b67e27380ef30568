/**
 * Three `optimizeParameters` against three `optimize_parameters`: of the reference implementation where its run is at
 * hand (`../shared/data`), and of PyTorch networks for other configurations.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { compareWithRun, type Deviations, readRun } from './agreement.js';
import type { TestDeviceName } from './devices.js';
import { foundDevices } from './foundDevices.js';
import { fixture, sharedData } from './repository.js';

type Limits = Readonly<Record<keyof Deviations, number>>;

/** The figures that decide whether ours is the same model. */
const SAME_MODEL: Limits = {
  fakeB: 1e-4,
  losses: 1e-3,
  gradients: 1e-3,
  zeroGradients: 1e-5,
  parametersClose: 0.99,
  parameters: 6e-4,
  zeroGradientParameters: 0,
  runningStatistics: 1e-4,
  evaluation: 1e-3,
};

/** The runs of PyTorch stay clear of every kink, and are in float64: nothing but our own rounding is in the way. */
const ROUNDING: Limits = {
  fakeB: 2e-6,
  losses: 2e-6,
  gradients: 1e-4,
  zeroGradients: 1e-4,
  parametersClose: 1,
  parameters: 2e-6,
  zeroGradientParameters: 6.01 * 2e-4, // three whole steps of Adam, made of noise, on either side
  runningStatistics: 2e-6,
  evaluation: 2e-6,
};

/** Residual generators that undo each other are deep: PyTorch's own float32 is 2e-6 away from its float64. */
const OF_CYCLES: Limits = { ...ROUNDING, fakeB: 1e-5, losses: 1e-5, evaluation: 1e-5, gradients: 2e-4 };

/** WGSL's functions have a few units in the last place, and generators that undo each other make most of them. */
const OF_WGSL: Limits = { ...OF_CYCLES, zeroGradients: 2e-4, parameters: 1e-5, fakeB: 4e-5 };

/** The interpreter computes in float64 as those runs did: what was recorded is its own numbers, rounded to float32. */
const ROUNDED: Limits = {
  fakeB: 1e-7,
  losses: 1e-7,
  gradients: 1e-7,
  zeroGradients: 1e-11,
  parametersClose: 1,
  parameters: 1e-7,
  zeroGradientParameters: 1e-7,
  runningStatistics: 1e-7,
  evaluation: 1e-7,
};

function assertWithin(found: Deviations, limits: Limits): void {
  for (const name of Object.keys(limits) as (keyof Deviations)[]) {
    const within = name === 'parametersClose' ? found[name] >= limits[name] : found[name] <= limits[name];
    assert.ok(within, `${name}: ${found[name]}, the limit is ${limits[name]}`);
  }
}

/** The runs of PyTorch that are recorded here. */
export const recordedRuns = readdirSync(fixture('')).filter((name) => /^run_\w+\.safetensors$/.test(name));

/** Defines a test for each of these runs on a device. */
export function checkRecordedRuns(device: TestDeviceName, runs: readonly string[]): void {
  for (const name of runs) {
    test(`${name} on ${device}: three steps agree`, async (t) => {
      const run = readRun(fixture(name));
      const found = await compareWithRun(run, device);
      t.diagnostic(JSON.stringify(found));
      assertWithin(found, limitsOf(device, run.options.model === 'cycle_gan'));
    });
  }
}

function limitsOf(device: TestDeviceName, isCycle: boolean): Limits {
  if (device === 'interpreter') return ROUNDED;
  if (device === 'webgpu') return OF_WGSL;
  return isCycle ? OF_CYCLES : ROUNDING;
}

/** Defines the test that a device computes what the reference implementation did. */
export function checkReference(device: TestDeviceName): void {
  const reference = sharedData('reference/pix2pix_default.safetensors');
  test(`the reference implementation, defaults at ngf = ndf = 4, on ${device}: three steps agree`, {
    skip: reference.skip,
  }, async (t) => {
    const run = readRun(reference.path);
    assert.equal(run.losses.length, 3);
    const found = await compareWithRun(run, device);
    t.diagnostic(JSON.stringify(found));
    assertWithin(found, SAME_MODEL);
  });
}

for (const { device } of foundDevices) await device.dispose(); // each run has a device of its own

/** On a GPU in software all runs together take minutes: most are left to the slow tests. */
export const [quickDevices, slowDevices] = [false, true].map((isSlow) =>
  foundDevices.map(({ name }) => name).filter((name) => (name === 'webgpu') === isSlow),
);
/** The quickest of those with a discriminator: most of its time goes into building kernels, and norms are kernels. */
export const QUICK_RUN = 'run_none.safetensors';
