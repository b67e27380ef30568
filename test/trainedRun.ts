import { join } from 'node:path';
import { RandomStream } from '../src/base/random/stream.js';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { elementCount } from '../src/engine/ir/tensorType.js';
import type { Module } from '../src/models/layers/module.js';
import { serialiseOptions } from '../src/options/serialise.js';
import { createModel } from '../src/training/createModel.js';
import type { Model } from '../src/training/model/model.js';
import { networkTensors } from '../src/training/model/trainingState.js';
import { parseTrainOptions, registeredExtensions } from '../src/training/options.js';

/**
 * A run as training leaves it, without the training: weights from the seed, and running statistics that are those of
 * no image, so that norm modes differ. Small and quick to make.
 * @param change to the weights before they are saved
 */
export async function makeRun(
  folder: string,
  name: string,
  argv: readonly string[],
  change: (model: Model) => Promise<void> = async () => {},
): Promise<Model> {
  const opt = parseTrainOptions(['--dataroot', '.', '--checkpoints_dir', folder, '--name', name, ...argv]);
  const model = await createModel(opt);
  await model.setup(opt, { print: () => {} });
  await disturbStatistics(model, model.networks.G);
  await change(model);
  const options = serialiseOptions(opt, registeredExtensions());
  const networks = { G: networkTensors(model.networks.G, model.device) };
  const checkpoint = { epoch: 1, totalIters: 1, options, networks };
  await new CheckpointStore(join(folder, name)).saveFrom(['latest'], checkpoint, []);
  return model;
}

async function disturbStatistics({ device }: Model, network: Module): Promise<void> {
  for (const [index, state] of network.states.entries()) {
    const random = new RandomStream(5, 'statistics', [index]);
    const fill = (draw: () => number) =>
      device.upload(state, Float32Array.from({ length: elementCount(state.type.shape) }, draw));
    if (state.name.endsWith('running_mean')) await fill(() => random.uniform() - 0.5);
    if (state.name.endsWith('running_var')) await fill(() => 0.2 + random.uniform());
    // of a size that keeps signals alive (LeCun): N(0, 0.02) makes of every image nearly the same grey
    const [, fanIn, ...kernel] = state.type.shape;
    if (kernel.length === 2) {
      const bound = Math.sqrt(3 / (fanIn * kernel[0] * kernel[1]));
      await fill(() => (2 * random.uniform() - 1) * bound);
    }
  }
}
