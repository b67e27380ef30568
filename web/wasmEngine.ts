import { toBinary } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-web/wasm';
import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
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
  // Written so that bundlers see which files these are, put them beside what they write, and fill in their names.
  ort.env.wasm.wasmPaths = {
    mjs: new URL('./ort-wasm-simd-threaded.mjs', import.meta.url).href,
    wasm: new URL('./ort-wasm-simd-threaded.wasm', import.meta.url).href,
  };
  ort.env.wasm.numThreads = crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1;
  ort.env.logLevel = 'error';
  const model = onnxModel(generator, { normMode, precision: 'fp32', boundary: 'float' });
  const session = await ort.InferenceSession.create(toBinary(ModelProtoSchema, model), {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  }).catch((error: Error) => {
    throw /no available backend/.test(error.message) ? noRuntime(error) : error;
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

function noRuntime(cause: Error): Pix2PixError {
  return new Pix2PixError(
    'ONNX Runtime, which computes on the processor, cannot be loaded',
    { script: import.meta.url, reason: cause.message },
    'serve ort-wasm-simd-threaded.mjs and ort-wasm-simd-threaded.wasm, from dist/web of the package, in the folder of that script; ' +
      "a Content-Security-Policy has to allow 'wasm-unsafe-eval'",
    { cause },
  );
}
