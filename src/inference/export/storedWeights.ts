import { productVersion } from '../../base/product.js';
import type { StoredTensor } from '../../checkpoints/format/dtype.js';
import { toHalf } from '../../engine/onnx/half.js';
import type { Precision } from '../../engine/onnx/modelForm.js';
import { publicOptions } from '../../options/serialise.js';
import { registeredExtensions } from '../../training/options.js';
import { OPTIONS_KEY } from '../portable/generatorWeights.js';
import { quantised } from '../portable/int8Weights.js';
import type { TrainedGenerator } from '../portable/trainedGenerator.js';

/** A generator's weights and running statistics as files keep them, under PyTorch's names for them. */
export function storedWeights(generator: TrainedGenerator, precision: Precision): Map<string, StoredTensor> {
  if (precision === 'int8') return quantised(generator);
  const { network, weights } = generator;
  const stored = network.states.map((state): [string, StoredTensor] => {
    const { shape } = state.type;
    const data = weights.get(state)!;
    if (data instanceof BigInt64Array) return [state.name, { dtype: 'I64', shape, data }];
    return precision === 'fp16'
      ? [state.name, { dtype: 'F16', shape, data: toHalf(data) }]
      : [state.name, { dtype: 'F32', shape, data }];
  });
  return new Map(stored);
}

/** What a safetensors file says of a generator: those options of the training that say nothing of its machine. */
export function weightsMetadata({ options }: TrainedGenerator): Record<string, string> {
  const said = JSON.stringify(publicOptions(options, registeredExtensions()));
  return { [OPTIONS_KEY]: said, version: productVersion, format: 'pt' };
}
