import type { NamedTensors, StoredTensor } from '../checkpoints/format/dtype.js';

/** Written with each norm, and never used: norms go by the moments of the image, in the port's page too. */
const MOVING_AVERAGE = /\/batch_normalization\/moving_(mean|variance)$/;

interface Renamed {
  readonly former: string;
  readonly present: string;
  /** Of a kernel: the axis that counts the channels of its result. */
  readonly biasAxis?: number;
}

/**
 * How the program named its variables until 28 December 2017, when it began to use tf.layers, and how it has named them
 * since. Its convolutions had no biases then.
 */
const RENAMED: readonly Renamed[] = [
  { former: '/conv/filter', present: '/conv2d/kernel', biasAxis: 3 },
  { former: '/deconv/filter', present: '/conv2d_transpose/kernel', biasAxis: 2 },
  { former: '/batchnorm/scale', present: '/batch_normalization/gamma' },
  { former: '/batchnorm/offset', present: '/batch_normalization/beta' },
];

/**
 * The variables of the TensorFlow port's generator, of whichever version of its program, as one without moving averages
 * would have them today: with biases of 0 where there were none.
 */
export function toPresentNames(tensors: NamedTensors): Map<string, StoredTensor> {
  const named = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    if (MOVING_AVERAGE.test(name)) continue;
    const renamed = RENAMED.find(({ former }) => name.endsWith(former));
    if (renamed === undefined) {
      named.set(name, tensor);
      continue;
    }
    const { former, present, biasAxis } = renamed;
    const newName = name.slice(0, -former.length) + present;
    named.set(newName, tensor);
    if (biasAxis !== undefined) named.set(newName.replace(/kernel$/, 'bias'), zeroBias(tensor, biasAxis));
  }
  return named;
}

function zeroBias({ shape, data }: StoredTensor, axis: number): StoredTensor {
  // An axis of an empty kernel could claim any length.
  const channels = data.length === 0 ? 0 : (shape[axis] ?? 0);
  return { dtype: 'F32', shape: [channels], data: new Float32Array(channels) };
}
