/** Devices as tests open them: one thread, and every layer by its own lowering. */
import type { CpuSettings } from '../src/engine/devices/cpu/cpuDevice.js';
import { InterpreterDevice } from '../src/engine/devices/interpreter/interpreterDevice.js';
import { openDevice } from '../src/engine/devices/openDevice.js';
import { DEFAULT_DEVICE, type DeviceName } from '../src/engine/devices/registry.js';
import type { AlgorithmChooser } from '../src/engine/ir/layer.js';
import type { State } from '../src/engine/ir/state.js';
import type { Device, StateData } from '../src/engine/runtime/device.js';
import { direct } from './algorithms.js';

/** Those of the registry, and the interpreter, which is no choice of `--device`. */
export type TestDeviceName = DeviceName | 'interpreter';

/** A device of its own. @param choose for a device whose layers have several algorithms */
export async function openTestDevice(
  name: TestDeviceName = DEFAULT_DEVICE,
  choose: AlgorithmChooser = direct,
): Promise<Device> {
  if (name === 'interpreter') return new InterpreterDevice();
  const settings: CpuSettings = { threads: 1, choose, boundsChecks: true };
  return openDevice(name, settings);
}

/** The device for tests that are not about devices. */
export const testDevice: Device = await openTestDevice();

/** A device with these states in its memory. */
export async function deviceWith(states: ReadonlyMap<State, StateData>): Promise<Device> {
  const device = await openTestDevice();
  await device.allocate([...states.keys()]);
  for (const [state, data] of states) await device.upload(state, data);
  return device;
}
