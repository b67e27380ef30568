/** The devices that open on this machine, as tests use them: one thread, and always the first form of a layer. */
import type { CpuSettings } from '../src/engine/devices/cpu/cpuDevice.js';
import { InterpreterDevice } from '../src/engine/devices/interpreter/interpreterDevice.js';
import { openDevice } from '../src/engine/devices/openDevice.js';
import { DEFAULT_DEVICE, DEVICE_NAMES, type DeviceName } from '../src/engine/devices/registry.js';
import type { State } from '../src/engine/ir/state.js';
import type { FormChooser } from '../src/engine/onnx/graphBuilder.js';
import type { Device, StateData } from '../src/engine/runtime/device.js';

/** Always the first form that a lowering offers. */
export const firstForm: FormChooser = (_, forms) => forms[0];

/** The given form where it is offered. */
export const form =
  (wanted: string): FormChooser =>
  (_, forms) =>
    forms.includes(wanted) ? wanted : forms[0];

/** Those of the registry, and the interpreter, which is no choice of `--device`. */
export type TestDeviceName = DeviceName | 'interpreter';

/** A device of its own. @param choose for a device whose layers have several forms */
export async function openTestDevice(
  name: TestDeviceName = DEFAULT_DEVICE,
  choose: FormChooser = firstForm,
): Promise<Device> {
  if (name === 'interpreter') return new InterpreterDevice();
  const settings: CpuSettings = { threads: 1, choose };
  return openDevice(name, settings);
}

/** A device: shared by the tests of a file, or the reason why it does not open here. */
export interface FoundDevice {
  readonly name: TestDeviceName;
  readonly device?: Device;
  readonly skip?: string;
}

/** All devices of the registry, and the interpreter. */
export const foundDevices: readonly FoundDevice[] = await Promise.all(
  [...DEVICE_NAMES, 'interpreter' as const].map(async (name): Promise<FoundDevice> => {
    try {
      return { name, device: await openTestDevice(name) };
    } catch (error) {
      return { name, skip: `${name} does not open here: ${(error as Error).message}` };
    }
  }),
);

/** What tests run on that are about something else than devices. */
export const testDevice: Device = foundDevices.find(({ device }) => device !== undefined)!.device!;

/** A device with these states in its memory. */
export async function deviceWith(states: ReadonlyMap<State, StateData>): Promise<Device> {
  const device = await openTestDevice();
  await device.allocate([...states.keys()]);
  for (const [state, data] of states) await device.upload(state, data);
  return device;
}
