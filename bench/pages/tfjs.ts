import * as tf from '@tensorflow/tfjs-core';
import { contend, toFloats, toImageData } from './contender.js';
import { readWeights, type Weights } from './weights.js';

// The way of ml5.js: weights of one byte each, and the layers in TensorFlow.js. Channels come last there.

const BACKENDS: Readonly<Record<string, () => Promise<unknown>>> = {
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(new URL('.', location.href).href);
  },
};

const BLOCK = 'model.model.1';
const EPSILON = 1e-5;

contend(async (backend) => {
  await BACKENDS[backend]();
  // its own choice may be another one, where this one fails
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} here`);
  const weights = await readWeights('generator.safetensors');
  const kernels = new Map<string, tf.Tensor>();
  for (const [name, { shape, data }] of weights)
    kernels.set(name, shape.length === 4 ? lastChannels(shape, data) : tf.tensor1d(data));
  return async (picture) => {
    const { width, height } = picture;
    const output = tf.tidy(() => {
      const input = tf.tensor4d(toFloats(picture, true), [1, height, width, 3]);
      return generate(input, weights, (name) => kernels.get(name)!);
    });
    const floats = await output.data();
    output.dispose();
    return toImageData(floats, width, height, true);
  };
});

/** PyTorch's [out, in, h, w], or [in, out, h, w] where it is transposed, as [h, w, in, out] or [h, w, out, in]. */
function lastChannels(shape: readonly number[], data: Float32Array): tf.Tensor {
  return tf.tidy(() => tf.transpose(tf.tensor(data, [...shape]), [2, 3, 1, 0]));
}

/** The U-Net of the pix2pix paper, by the reference's names of its weights. */
function generate(input: tf.Tensor4D, weights: Weights, of: (name: string) => tf.Tensor): tf.Tensor {
  const down = (x: tf.Tensor4D, name: string) => tf.conv2d(x, of(`${name}.weight`) as tf.Tensor4D, 2, 'same');
  const up = (x: tf.Tensor4D, name: string) => {
    const kernel = of(`${name}.weight`) as tf.Tensor4D;
    const size = [1, 2 * x.shape[1], 2 * x.shape[2], kernel.shape[2]] as [number, number, number, number];
    return tf.conv2dTranspose(x, kernel, size, 2, 'same');
  };
  const norm = (x: tf.Tensor4D, name: string): tf.Tensor4D => {
    const { mean, variance } = tf.moments(x, [1, 2], true);
    const scale = tf.div(of(`${name}.weight`), tf.sqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(tf.sub(x, mean), scale), of(`${name}.bias`));
  };
  /** What is inside a block, with its input beside the output. */
  const block = (x: tf.Tensor4D, name: string): tf.Tensor4D => {
    const isInnermost = !weights.has(`${name}.model.5.weight`);
    const below = down(tf.leakyRelu(x, 0.2), `${name}.model.1`);
    const inside = isInnermost ? below : block(norm(below, `${name}.model.2`), `${name}.model.3`);
    const [toUp, toNorm] = isInnermost ? ['3', '4'] : ['5', '6'];
    const out = norm(up(tf.relu(inside), `${name}.model.${toUp}`), `${name}.model.${toNorm}`);
    return tf.concat([x, out], 3);
  };
  const inside = block(down(input, 'model.model.0'), BLOCK);
  return tf.tanh(tf.add(up(tf.relu(inside), 'model.model.3'), of('model.model.3.bias')));
}
