import type { Boundary } from '../onnx/imageBoundary.js';
import { InferenceSession } from '../runtime/inferenceSession.js';
import { byteEngine, floatEngine } from '../translation/boundaryEngines.js';
import type { Engine, Engines } from '../translation/tensorTranslator.js';
import type { GeneratorSource } from './generatorSource.js';

/** The engines of a generator in ONNX Runtime. Bytes are converted by the graph, where it may still be changed. */
export function sessionEngines(source: GeneratorSource, threads: number): Engines {
  const session = (boundary: Boundary): Promise<Engine> =>
    InferenceSession.create(source.model(boundary), { threads }) as Promise<Engine>;
  const own = source.info.boundary;
  const forBytes = own === 'float' ? 'uint8' : own;
  return {
    uint8: async () => byteEngine(await session(forBytes), forBytes),
    float: async () => floatEngine(await session(own), own),
  };
}
