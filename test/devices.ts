/** The devices that open on this machine, as tests use them: one thread, and every layer by its own lowering. */
import type { CpuSettings } from '../src/engine/devices/cpu/cpuDevice.js';
import { InterpreterDevice } from '../src/engine/devices/interpreter/interpreterDevice.js';
import { openDevice } from '../src/engine/devices/openDevice.js';
import { DEFAULT_DEVICE, DEVICE_NAMES, type DeviceName } from '../src/engine/devices/registry.js';
import type { AlgorithmChooser } from '../src/engine/ir/layer.js';
import type { State } from '../src/engine/ir/state.js';
import type { Device, StateData } from '../src/engine/runtime/device.js';
import { direct } from './algorithms.js';
import { useSwiftShader } from './swiftShader.js';

/** The WebGPU device is an experiment: its tests, which take minutes on a GPU in software, run where this is set. */
const WANTED = 'PIX2PIX_TEST_WEBGPU';
if (process.env[WANTED]) useSwiftShader();

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

/** A device: shared by the tests of a file, or the reason why it does not open here. */
export interface FoundDevice {
  readonly name: TestDeviceName;
  readonly device?: Device;
  readonly skip?: string;
}

/** All devices of the registry, and the interpreter. */
export const foundDevices: readonly FoundDevice[] = await Promise.all(
  [...DEVICE_NAMES, 'interpreter' as const].map(async (name): Promise<FoundDevice> => {
    if (name === 'webgpu' && !process.env[WANTED]) return { name, skip: `set ${WANTED}=1 to try ${name}` };
    try {
      return { name, device: await openTestDevice(name) };
    } catch (error) {
      return { name, skip: `${name} does not open here: ${(error as Error).message}` };
    }
  }),
);

/** The device for tests that are not about devices. */
export const testDevice: Device = foundDevices.find(({ device }) => device !== undefined)!.device!;

/** A device with these states in its memory. */
export async function deviceWith(states: ReadonlyMap<State, StateData>): Promise<Device> {
  const device = await openTestDevice();
  await device.allocate([...states.keys()]);
  for (const [state, data] of states) await device.upload(state, data);
  return device;
}
