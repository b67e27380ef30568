import type * as Ort from 'onnxruntime-web';
import { type Translate, toFloats, toImageData } from './contender.js';

/** The exported ONNX file in ONNX Runtime Web, as its documentation has it. */
export async function translateByOrt(
  ort: Pick<typeof Ort, 'env' | 'InferenceSession' | 'Tensor'>,
  provider: 'wasm' | 'webgpu',
): Promise<Translate> {
  ort.env.wasm.wasmPaths = new URL('.', location.href).href;
  ort.env.wasm.numThreads = crossOriginIsolated ? Math.min(8, navigator.hardwareConcurrency) : 1;
  ort.env.logLevel = 'error';
  const file = await (await fetch('generator.onnx')).arrayBuffer();
  const session = await ort.InferenceSession.create(file, { executionProviders: [provider] });
  return async (picture) => {
    const { width, height } = picture;
    const input = new ort.Tensor('float32', toFloats(picture, false), [1, 3, height, width]);
    const { [session.outputNames[0]]: output } = await session.run({ [session.inputNames[0]]: input });
    return toImageData((await output.getData()) as Float32Array, width, height, false);
  };
}
