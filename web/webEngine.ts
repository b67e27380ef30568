import { deviceEngines } from '../src/inference/portable/deviceEngines.js';
import type { NormMode } from '../src/inference/portable/generatorInfo.js';
import type { Engines } from '../src/inference/portable/tensorTranslator.js';
import type { TrainedGenerator } from '../src/inference/portable/trainedGenerator.js';
import { openGpu } from './gpu.js';

/** The hardware that computes: the processor, or the GPU. */
export type Backend = 'wasm' | 'webgpu';

/**
 * A generator's engines: our own kernels on the GPU, or ONNX Runtime on the processor, which is fetched only then.
 * @throws Pix2PixError when the hardware is not there, or has not enough memory
 */
export async function createEngines(
  generator: TrainedGenerator,
  normMode: NormMode,
  backend: Backend,
): Promise<Engines> {
  if (backend === 'webgpu') return deviceEngines(generator, normMode, await openGpu());
  const { wasmEngines } = await import('./wasmEngine.js');
  return wasmEngines(generator, normMode);
}
