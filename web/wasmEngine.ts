import { toBinary } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-web/wasm';
import { ModelProtoSchema } from '../src/engine/onnx/onnx_pb.js';
import { byteEngine } from '../src/inference/portable/boundaryEngines.js';
import type { NormMode } from '../src/inference/portable/generatorInfo.js';
import { onnxModel } from '../src/inference/portable/onnxModel.js';
import type { Engine, Engines } from '../src/inference/portable/tensorTranslator.js';
import type { TrainedGenerator } from '../src/inference/portable/trainedGenerator.js';

/** More threads than that gain little here. */
const MAX_THREADS = 8;

/**
 * A generator in ONNX Runtime, on the processor. Its files lie beside the script: nothing comes from elsewhere. Several
 * threads are used only where the server sends the headers of cross-origin isolation.
 */
export async function wasmEngines(generator: TrainedGenerator, normMode: NormMode): Promise<Engines> {
  ort.env.wasm.wasmPaths = new URL('.', import.meta.url).href;
  ort.env.wasm.numThreads = crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1;
  ort.env.logLevel = 'error';
  const model = onnxModel(generator, { normMode, precision: 'fp32', boundary: 'float' });
  const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, model), {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  let released: Promise<void> | undefined;
  const engine: Engine = {
    run: async ({ data, shape }) => {
      const image = new ort.Tensor('float32', data as Float32Array, [...shape]);
      const output = (await session.run({ [session.inputNames[0]]: image }))[session.outputNames[0]];
      return { data: (await output.getData()) as Float32Array, shape: output.dims };
    },
    dispose: () => {
      released ??= session.release();
      return released;
    },
  };
  return { uint8: async () => byteEngine(engine, 'float'), float: async () => engine };
}
