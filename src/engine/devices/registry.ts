/** The devices by their names in `--device`, with a description of each. The first is the default. */
export const DEVICES = {
  cpu: 'the processor',
  webgpu: 'a GPU (experimental: right on small models, not tuned)',
} as const;

/** A device by its name in `--device`. */
export type DeviceName = keyof typeof DEVICES;

/** The names of all devices, which are the choices of `--device`. */
export const DEVICE_NAMES = Object.keys(DEVICES) as DeviceName[];
/** The device that computes where none is named. */
export const DEFAULT_DEVICE: DeviceName = DEVICE_NAMES[0];
