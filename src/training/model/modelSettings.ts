import type { CheckpointStore } from '../../checkpoints/store.js';
import type { Device } from '../../engine/runtime/device.js';
import type { DrawTensors } from '../../engine/runtime/startingValues.js';
import type { OpenCheckpoints } from './savedModel.js';

/** The device of a model, given to it besides its options. */
export interface ModelSurroundings {
  /** The device that computes, and has the model's memory. */
  readonly device: Device;
  /** Whether the device is disposed of with the model. */
  readonly ownsDevice: boolean;
  readonly checkpoints: OpenCheckpoints;
  /** Draws starting weights. Default: in this thread. */
  readonly draw?: DrawTensors;
  /** Told what `SetupSettings.print` is, where a model computes without having been set up. Default: `console.log`. */
  readonly print?: ((text: string) => void) | undefined;
}

/** Settings of `Model.setup` besides the options. */
export interface SetupSettings {
  /** Receives the networks' description. Default: `console.log`. */
  readonly print?: (text: string) => void;
  /** Where checkpoints are loaded from and saved to. Default: the run's folder, with warnings on the console. */
  readonly checkpoints?: CheckpointStore;
  /**
   * Whether a step of the size that the options name comes next, so that it may be compiled while weights are drawn.
   * Default: no.
   */
  readonly isStepNext?: boolean;
}

/** How a single image is translated. */
export interface TranslationSettings {
  /** Running statistics and no dropout. Default: batch statistics, and dropout as `draw` says. */
  readonly evaluate?: boolean;
  readonly draw?: number;
  /** Of a model that has several: G_A. Default: the first. */
  readonly generator?: string;
}
