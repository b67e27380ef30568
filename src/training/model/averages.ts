import type { NamedSources } from '../../checkpoints/format/dtype.js';
import type { TensorFile } from '../../checkpoints/format/tensorFile.js';
import { parametersOf } from '../../models/layers/module.js';
import { averagedName, startAverages } from './averagedNetworks.js';
import type { SavedModel } from './savedModel.js';
import { networkTensors, readFloats } from './trainingState.js';

/** The moving averages for a checkpoint. What is not trained, such as running statistics, is the network's own. */
export function averagedTensors(model: SavedModel): Record<string, NamedSources> {
  const networks = model.usedNetworks();
  const entries = model.trained.flatMap(({ optimiser, averaged }) =>
    averaged.map((name): [string, NamedSources] => {
      const tensors = new Map(networkTensors(networks[name], model.device));
      for (const state of parametersOf(networks[name])) {
        const { shape } = state.type;
        const read = () => optimiser.download(state, 'average');
        tensors.set(state.name, { dtype: 'F32', shape, read });
      }
      return [averagedName(name), tensors];
    }),
  );
  return Object.fromEntries(entries);
}

/** Fills the moving averages from a checkpoint; where it has none, they start at the weights as they are. */
export async function loadAverages(model: SavedModel, files: ReadonlyMap<string, TensorFile>): Promise<void> {
  await startAverages(model.trained);
  const networks = model.usedNetworks();
  for (const { optimiser, averaged } of model.trained) {
    for (const name of averaged) {
      const file = files.get(averagedName(name));
      if (file === undefined) continue;
      for (const state of parametersOf(networks[name])) {
        await optimiser.upload(state, 'average', readFloats(file, state.name, state));
      }
    }
  }
}
