import type { State } from '../../engine/ir/state.js';
import type { Optimiser } from '../../engine/runtime/optimiser.js';
import { histogramOf } from '../../records/writing/histogram.js';
import type { TrackPoint } from '../../records/writing/tracker.js';
import type { Model } from '../model/model.js';
import type { TrainingEvent } from './trainingEvents.js';

/** Tells of the weights and gradients of a training, which are fetched from the device only where that is asked for. */
export class HistogramReports {
  constructor(
    private readonly model: Model,
    private readonly emit: (event: TrainingEvent) => void,
  ) {}

  /** Those of the step that was just made: the weights after it, and the gradients that changed them. */
  async afterStep(at: TrackPoint): Promise<void> {
    const histograms: Record<string, Float64Array> = {};
    for (const [network, { states }] of Object.entries(this.model.networks)) {
      for (const state of states) {
        const optimiser = this.optimiserOf(state);
        if (optimiser === undefined) continue; // running statistics
        const name = `${network}/${state.name}`;
        histograms[`weights/${name}`] = histogramOf(
          (await this.model.device.download(state)) as Float32Array,
        );
        histograms[`gradients/${name}`] = histogramOf(await optimiser.download(state, 'gradient'));
      }
    }
    this.emit({ kind: 'histograms', at, histograms });
  }

  private optimiserOf(state: State): Optimiser | undefined {
    return [...this.model.optimisers.values()].find(({ states }) => states.includes(state));
  }
}
