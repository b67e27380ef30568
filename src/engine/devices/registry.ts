/** The devices by their names in `--device`, with a description of each. The first is the default. */
export const DEVICES = {
  cpu: 'the processor',
  webgpu: 'a GPU, by WebGPU (tried on one NVIDIA H200 and on a GPU in software)',
} as const;

/** What `--device` takes: the devices, and the choice between them. */
export const DEVICE_CHOICES = {
  auto: 'the faster one for the run, timed when it begins, if there is a GPU',
  ...DEVICES,
} as const;
/** A value of `--device`. */
export type DeviceChoice = keyof typeof DEVICE_CHOICES;

/** A device by its name in `--device`. */
export type DeviceName = keyof typeof DEVICES;

/** The names of all devices, which are the choices of `--device`. */
export const DEVICE_NAMES = Object.keys(DEVICES) as DeviceName[];
/** The device that computes where none is named. */
export const DEFAULT_DEVICE: DeviceName = DEVICE_NAMES[0];
