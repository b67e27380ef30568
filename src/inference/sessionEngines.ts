import { type InferenceOptions, InferenceSession } from '../engine/devices/cpu/inferenceSession.js';
import type { Boundary } from '../engine/onnx/modelForm.js';
import type { GeneratorSource } from './generatorSource.js';
import { byteEngine, floatEngine } from './portable/boundaryEngines.js';
import type { Engine, Engines } from './portable/tensorTranslator.js';

/**
 * The engines of a generator in ONNX Runtime. Bytes are converted by the graph, where it may still be changed.
 *
 * The runtime has its own copy of the weights. So the source, which has them too, is forgotten once a session is made,
 * and found again should another one be wanted.
 *
 * @param first the source, found already
 * @param findAgain the same
 */
export function sessionEngines(
  first: GeneratorSource,
  findAgain: () => GeneratorSource,
  options: InferenceOptions,
): Engines {
  const own = first.info.boundary;
  let source: GeneratorSource | undefined = first;
  const session = async (boundary: Boundary): Promise<Engine> => {
    const model = (source ?? findAgain()).model(boundary);
    source = undefined;
    return (await InferenceSession.create(model, options)) as Engine;
  };
  const forBytes = own === 'float' ? 'uint8' : own;
  return {
    uint8: async () => byteEngine(await session(forBytes), forBytes),
    float: async () => floatEngine(await session(own), own),
  };
}
