import type { FloatImages } from '../../data/batch/floatImages.js';
import type { Device } from '../../engine/runtime/device.js';
import { byteEngine } from './boundaryEngines.js';
import { DeviceGenerator } from './deviceGenerator.js';
import type { NormMode } from './generatorInfo.js';
import type { Engine, Engines } from './tensorTranslator.js';
import type { TrainedGenerator } from './trainedGenerator.js';

/**
 * The engines of a generator on a device that is no ONNX Runtime; both are one there, and whichever is disposed of first takes
 * the device with it.
 *
 * @throws Pix2PixError when the device has not enough memory
 */
export async function deviceEngines(
  generator: TrainedGenerator,
  normMode: NormMode,
  device: Device,
): Promise<Engines> {
  let loaded: DeviceGenerator;
  try {
    loaded = await DeviceGenerator.load(generator, normMode, device);
  } catch (error) {
    await device.dispose();
    throw error;
  }
  const engine: Engine = {
    run: (images) => loaded.translate(images as FloatImages),
    dispose: () => device.dispose(),
  };
  return { uint8: async () => byteEngine(engine, 'float'), float: async () => engine };
}
