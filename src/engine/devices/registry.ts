/** The devices that there are, as `--device` names them, and what each is. The first is the default. */
export const DEVICES = {
  cpu: 'the processor',
  webgpu: 'a GPU',
} as const;

export type DeviceName = keyof typeof DEVICES;

export const DEVICE_NAMES = Object.keys(DEVICES) as DeviceName[];
export const DEFAULT_DEVICE: DeviceName = DEVICE_NAMES[0];
