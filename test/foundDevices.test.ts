/** Where a device does not open, its tests are left out everywhere else; here that is seen. */
import { test } from 'node:test';
import { DEVICE_NAMES } from '../src/engine/devices/registry.js';
import { absentDevices, foundDevices } from './foundDevices.js';

for (const name of DEVICE_NAMES) {
  const absent = absentDevices.find((one) => one.name === name);
  const skip = absent && `all tests on ${name} are left out, because it does not open here: ${absent.reason}`;
  test(`${name} opens here`, { skip }, () => foundDevices.find((one) => one.name === name)!.device.dispose());
}
