import type { InferenceSession } from 'onnxruntime-web/wasm';
import type { Engine } from '../src/inference/portable/tensorTranslator.js';

/** The hardware that computes: the processor, or the GPU. */
export type Backend = 'wasm' | 'webgpu';

/** More threads than that gain little here. */
const MAX_THREADS = 8;

/** Whether the GPU can be used: WebGPU, and stack switching, which ONNX Runtime's smaller build for it needs. */
export async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  if (gpu === undefined || !('Suspending' in WebAssembly)) return false;
  return (await gpu.requestAdapter().catch(() => null)) !== null;
}

/** ONNX Runtime makes one session for the GPU at a time. */
let lastCreation: Promise<unknown> = Promise.resolve();

/**
 * A session of ONNX Runtime. Its files lie beside the script: nothing comes from elsewhere.
 * Several threads are used only where the server sends the headers of cross-origin isolation.
 */
export async function createEngine(model: Uint8Array, backend: Backend): Promise<Engine> {
  const ort = await (backend === 'webgpu' ? import('onnxruntime-web/jspi') : import('onnxruntime-web/wasm'));
  ort.env.wasm.wasmPaths = new URL('.', import.meta.url).href;
  ort.env.wasm.numThreads = crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1;
  ort.env.logLevel = 'error';
  const create = () =>
    ort.InferenceSession.create(model, {
      executionProviders: backend === 'webgpu' ? ['webgpu', 'wasm'] : ['wasm'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      extra: { session: { disable_quant_qdq: '1' } }, // int8 weights are unpacked once, when they are loaded
    });
  const creation: Promise<InferenceSession> = lastCreation.then(create);
  lastCreation = creation.catch(() => {});
  const session = await creation;
  return {
    run: async ({ data, shape }) => {
      const type = data instanceof Float32Array ? 'float32' : 'uint8';
      const image = new ort.Tensor(type, data as Uint8Array, [...shape]);
      const output = (await session.run({ [session.inputNames[0]]: image }))[session.outputNames[0]];
      return { data: (await output.getData()) as Uint8Array | Float32Array, shape: output.dims };
    },
    dispose: () => session.release(),
  };
}
