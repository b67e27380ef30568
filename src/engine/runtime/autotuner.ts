import { type AlgorithmChooser, type Layer, type LayerChoice, layerChoices } from '../ir/layer.js';
import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { chooseByRule, plausibleAlgorithms } from './algorithmRules.js';
import { type AlgorithmTimes, keyOf } from './algorithmTimes.js';
import { type Choice, ChoiceTuner } from './choiceTuner.js';
import type { DecidedAlgorithms, TunedChoicesStore } from './tunedChoices.js';

/** Layers that touch fewer elements are quick with any algorithm: the rule decides, and nothing is timed. */
const WORTH_TIMING = 2 ** 19;

/** The device that an `Autotuner` times layers on, and where it keeps the results. */
export interface AutotunerSettings {
  /** Names the device and all that its speed depends on: times are kept under it. */
  readonly fingerprint: string;
  /** Milliseconds of a value's layer by each of these algorithms. */
  readonly time: (value: Value, algorithms: readonly string[]) => Promise<AlgorithmTimes>;
  /** Keeps the times between processes; without it nothing is timed, and rules decide. */
  readonly store?: TunedChoicesStore;
  /** Elements that a layer's operands and result must have in all to be timed. */
  readonly worthTiming?: number;
}

/** Finds the fastest algorithm of each layer on this device. */
export class Autotuner {
  private readonly tuner: ChoiceTuner;

  constructor(private readonly settings: AutotunerSettings) {
    this.tuner = new ChoiceTuner(settings);
  }

  /** The algorithms of the layers of all programs so far. */
  get decided(): DecidedAlgorithms {
    return this.tuner.decided;
  }

  /** Decides layers as before, ahead of their programs. */
  restore(decided: DecidedAlgorithms): void {
    this.tuner.restore(decided);
  }

  /**
   * The choice for a program's layers, after those that are not known yet have been timed.
   * @param announce is told, before they are timed, how many layers are
   */
  async chooserFor(program: Program, announce?: (layers: number) => void): Promise<AlgorithmChooser> {
    const choices = layerChoices(program).map((choice) => this.choiceOf(choice));
    await this.tuner.prepare(choices, announce);
    return (layer: Layer) => this.tuner.decide(this.choiceOf({ layer }));
  }

  private choiceOf({ layer, value }: Pick<LayerChoice, 'layer'> & Partial<LayerChoice>): Choice {
    return {
      key: keyOf(layer),
      options: layer.algorithms,
      ruled: () => chooseByRule(layer),
      plausible: () => (value !== undefined && this.isWorthTiming(value) ? plausibleAlgorithms(layer) : []),
      time: (algorithms) => this.settings.time(value!, algorithms),
    };
  }

  private isWorthTiming(value: Value): boolean {
    const touched = [value, ...value.operands].reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return touched >= (this.settings.worthTiming ?? WORTH_TIMING);
  }
}
