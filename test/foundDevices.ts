/** The devices that open on this machine, for tests that run on every one. */
import { test } from 'node:test';
import { DEVICE_NAMES } from '../src/engine/devices/registry.js';
import type { Device } from '../src/engine/runtime/device.js';
import { openTestDevice, type TestDeviceName } from './devices.js';
import { useSwiftShader } from './swiftShader.js';

useSwiftShader();

/** A device that is shared by the tests of a file. */
export interface FoundDevice {
  readonly name: TestDeviceName;
  readonly device: Device;
}

/** A device that does not open here. */
export interface AbsentDevice {
  readonly name: TestDeviceName;
  readonly reason: string;
}

const tried = await Promise.all(
  [...DEVICE_NAMES, 'interpreter' as const].map(async (name): Promise<FoundDevice | AbsentDevice> => {
    try {
      return { name, device: await openTestDevice(name) };
    } catch (error) {
      return { name, reason: (error as Error).message.replaceAll('\n', ' ') };
    }
  }),
);

/** Those of the registry, and the interpreter. */
export const foundDevices = tried.filter((one): one is FoundDevice => 'device' in one);
export const absentDevices = tried.filter((one): one is AbsentDevice => 'reason' in one);

/** The GPU, which on most machines that test is SwiftShader. */
export const foundGpu = foundDevices.find(({ name }) => name === 'webgpu')?.device;

/** A test that needs a GPU. Where none is found it is left out, and `foundDevices.test.ts` is skipped in its place. */
export function gpuTest(title: string, check: (gpu: Device) => Promise<void> | void): void {
  if (foundGpu !== undefined) test(title, () => check(foundGpu));
}
