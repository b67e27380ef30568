import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { NamedTensors, StoredTensor } from '../checkpoints/format/dtype.js';
import { firstNames } from './detectGenerator.js';
import { toPresentNames } from './pictNames.js';

/** Halvings of the port's generator. */
const LEVELS = 8;

/**
 * The generator of the TensorFlow port under the names and in the layouts of ours (`--netG tf_unet_256`). A kernel
 * [height, width, in, out], or [height, width, out, in] of a transposed convolution, becomes [out, in, height, width] or
 * [in, out, height, width]; and where a decoder takes what it has made so far before the skipped connection, ours takes
 * it behind, so the halves of its input channels change places.
 *
 * @param tensors as `readPict` gives them
 * @throws Pix2PixError naming what is missing, as in models with separable convolutions, or too much
 */
export function toGenerator(tensors: NamedTensors): Map<string, StoredTensor> {
  const rest = toPresentNames(tensors);
  const take = (name: string, rank: number): StoredTensor => {
    const tensor = rest.get(`generator/${name}`);
    if (tensor?.shape.length !== rank) throw notThePort(tensors, name);
    rest.delete(`generator/${name}`);
    return tensor;
  };
  const state = new Map<string, StoredTensor>();
  const convolution = (to: string, from: string, isSwapped = false) => {
    const kernel = channelsFirst(take(`${from}/kernel`, 4));
    state.set(`${to}.weight`, isSwapped ? swapHalves(kernel) : kernel);
    state.set(`${to}.bias`, take(`${from}/bias`, 1));
  };
  const norm = (to: string, from: string) => {
    state.set(`${to}.weight`, take(`${from}/batch_normalization/gamma`, 1));
    state.set(`${to}.bias`, take(`${from}/batch_normalization/beta`, 1));
  };
  convolution('model.model.0', 'encoder_1/conv2d');
  convolution('model.model.3', 'decoder_1/conv2d_transpose', true);
  for (let level = 2; level <= LEVELS; level++) {
    const block = `model.model.1${'.model.3'.repeat(level - 2)}.model`;
    // Behind the first convolution and its norm: the next block and a ReLU; at the bottleneck a ReLU alone.
    const up = level === LEVELS ? 4 : 5;
    convolution(`${block}.1`, `encoder_${level}/conv2d`);
    norm(`${block}.2`, `encoder_${level}`);
    convolution(`${block}.${up}`, `decoder_${level}/conv2d_transpose`, level < LEVELS);
    norm(`${block}.${up + 1}`, `decoder_${level}`);
  }
  if (rest.size > 0)
    throw notThePort(tensors, `nothing else than its ${LEVELS} levels, not ${[...rest.keys()][0]}`);
  return state;
}

function notThePort(tensors: NamedTensors, expected: string): Pix2PixError {
  return new Pix2PixError(
    'the web model is not of the generator that the TensorFlow port exports',
    { expected, tensors: tensors.size, first: firstNames(tensors) },
    'export it with server/tools/export-checkpoint.py, trained without --separable_conv',
  );
}

/** Axes 3, 2, 0, 1. */
function channelsFirst({ shape, data }: StoredTensor): StoredTensor {
  const [height, width, b, a] = shape;
  const target = new Float32Array(data.length);
  const source = data as Float32Array;
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < height * width; k++)
        target[(i * b + j) * height * width + k] = source[(k * b + j) * a + i];
    }
  }
  return { dtype: 'F32', shape: [a, b, height, width], data: target };
}

/** The second half along the first axis, then the first. */
function swapHalves({ shape, data }: StoredTensor): StoredTensor {
  const source = data as Float32Array;
  const half = source.length / 2;
  const target = new Float32Array(source.length);
  target.set(source.subarray(half));
  target.set(source.subarray(0, half), half);
  return { dtype: 'F32', shape, data: target };
}
