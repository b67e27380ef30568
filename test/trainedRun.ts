import { join } from 'node:path';
import { RandomStream } from '../src/base/random/stream.js';
import type { StoredTensor } from '../src/checkpoints/format/dtype.js';
import { CheckpointStore } from '../src/checkpoints/store.js';
import type { Module } from '../src/models/layers/module.js';
import { serialiseOptions } from '../src/options/serialise.js';
import { createModel } from '../src/training/createModel.js';
import type { Model } from '../src/training/model/model.js';
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
  change: (model: Model) => void = () => {},
): Promise<Model> {
  const opt = parseTrainOptions(['--dataroot', '.', '--checkpoints_dir', folder, '--name', name, ...argv]);
  const model = await createModel(opt);
  await model.setup(opt, { print: () => {} });
  disturbStatistics(model, model.networks.G);
  change(model);
  const G = model.networks.G.states.map((state): [string, StoredTensor] => {
    const { shape, dtype } = state.type;
    return dtype === 'i64'
      ? [state.name, { dtype: 'I64', shape, data: model.store.counter(state) }]
      : [state.name, { dtype: 'F32', shape, data: model.store.floats(state) }];
  });
  const options = serialiseOptions(opt, registeredExtensions());
  const checkpoint = { epoch: 1, totalIters: 1, options, networks: { G: new Map(G) } };
  new CheckpointStore(join(folder, name)).save(['latest'], checkpoint, []);
  return model;
}

function disturbStatistics(model: Model, network: Module): void {
  for (const [index, state] of network.states.entries()) {
    const random = new RandomStream(5, 'statistics', [index]);
    const fill = (draw: () => number) => {
      const data = model.store.floats(state);
      for (let i = 0; i < data.length; i++) data[i] = draw();
    };
    if (state.name.endsWith('running_mean')) fill(() => random.uniform() - 0.5);
    if (state.name.endsWith('running_var')) fill(() => 0.2 + random.uniform());
    // of a size that keeps signals alive (LeCun): N(0, 0.02) makes of every image nearly the same gray
    const [, fanIn, ...kernel] = state.type.shape;
    if (kernel.length === 2) {
      const bound = Math.sqrt(3 / (fanIn * kernel[0] * kernel[1]));
      fill(() => (2 * random.uniform() - 1) * bound);
    }
  }
}
