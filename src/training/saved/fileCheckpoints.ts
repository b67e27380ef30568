import { CheckpointStore } from '../../checkpoints/store.js';
import type { OpenCheckpoints } from '../model/savedModel.js';
import { loadInitialWeights } from './initialWeights.js';
import { loadModel, runFolder } from './loadModel.js';
import { saveCheckpoint } from './saveCheckpoint.js';

/** A model's checkpoints as files of a folder: by default that of the run, with warnings on the console. */
export const fileCheckpoints: OpenCheckpoints = (
  opt,
  store = new CheckpointStore(runFolder(opt), { onWarning: console.warn }),
) => ({
  begin: loadInitialWeights,
  load: (model, opt) => loadModel(model, opt, store),
  save: (tags, model, opt, place, best) => saveCheckpoint(store, tags, model, opt, place, best),
});
