import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
import { adapterFacts } from '../src/engine/devices/webgpu/adapterFacts.js';
import { openAdapter } from '../src/engine/devices/webgpu/openAdapter.js';
import type { Device } from '../src/engine/runtime/device.js';
import { deviceEngines } from '../src/inference/portable/deviceEngines.js';
import type { NormMode } from '../src/inference/portable/generatorInfo.js';
import type { Engines } from '../src/inference/portable/tensorTranslator.js';
import type { TrainedGenerator } from '../src/inference/portable/trainedGenerator.js';

/** The hardware that computes: the processor, or the GPU. */
export type Backend = 'wasm' | 'webgpu';

/** Whether there is a GPU that is none in software: the processor itself is faster than that. */
export async function hasGpu(): Promise<boolean> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return adapter != null && !adapterFacts(adapter).isSoftware;
}

/**
 * The browser's GPU.
 * @throws Pix2PixError when there is none
 */
export async function openGpu(): Promise<Device> {
  if (navigator.gpu === undefined) {
    const fix = 'use a browser that has it, from https: Chrome, Edge, Safari 26, Firefox 141 on Windows';
    throw new Pix2PixError('this browser has no WebGPU', {}, fix);
  }
  return openAdapter('webgpu', { gpu: navigator.gpu, versions: {} }, {});
}

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
