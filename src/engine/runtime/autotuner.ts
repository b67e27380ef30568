import { type AlgorithmChooser, type Layer, type LayerChoice, layerChoices } from '../ir/layer.js';
import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { chooseByRule, plausibleAlgorithms } from './algorithmRules.js';
import { type AlgorithmTimes, fastestOf, keyOf, type LayerTimes, timesAmong } from './algorithmTimes.js';
import type { TunedChoicesStore } from './tunedChoices.js';

/** Layers that touch fewer elements are quick with any algorithm: the rule decides, and nothing is timed. */
const WORTH_TIMING = 2 ** 19;

/** The device that an `Autotuner` times layers on, and where it keeps the results. */
export interface AutotunerSettings {
  /** Names the device and all that its speed depends on: times are kept under it. */
  readonly fingerprint: string;
  /** Milliseconds of a value's layer by each of these algorithms. */
  readonly time: (value: Value, algorithms: readonly string[]) => Promise<AlgorithmTimes>;
  /** Keeps the times between processes. */
  readonly store: TunedChoicesStore;
  /** Elements that a layer's operands and result must have in all to be timed. */
  readonly worthTiming?: number;
}

/**
 * Finds the fastest algorithm of each layer on this device: timed when a program first asks, and kept.
 *
 * Times that cannot be kept are not taken: then the rule decides, since a training that is continued must not compute
 * by other algorithms, with other rounding, than before.
 */
export class Autotuner {
  private times: LayerTimes | undefined;

  constructor(private readonly settings: AutotunerSettings) {}

  /**
   * The choice for a program's layers, after those that are not known yet have been timed.
   * @param announce is told, before they are timed, how many layers are
   */
  async chooserFor(
    program: Program,
    announce: (layers: number) => void = () => {},
  ): Promise<AlgorithmChooser> {
    const { store, fingerprint, time } = this.settings;
    const known = this.times ?? timesAmong(await store.read(fingerprint));
    const unknown = new Map<string, LayerChoice>();
    for (const choice of layerChoices(program)) {
      const key = keyOf(choice.layer);
      if (known[key] === undefined && this.isWorthTiming(choice)) unknown.set(key, choice);
    }
    const found: Record<string, AlgorithmTimes> = {};
    if (unknown.size > 0 && (await store.add(fingerprint, {}))) {
      announce(unknown.size);
      for (const [key, { value, layer }] of unknown)
        found[key] = await time(value, plausibleAlgorithms(layer));
      await store.add(fingerprint, found);
    }
    const times = { ...known, ...found };
    this.times = times;
    return (layer: Layer) => fastestOf(layer, times[keyOf(layer)]) ?? chooseByRule(layer);
  }

  private isWorthTiming({ value, layer }: LayerChoice): boolean {
    if (plausibleAlgorithms(layer).length < 2) return false;
    const touched = [value, ...value.operands].reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return touched >= (this.settings.worthTiming ?? WORTH_TIMING);
  }
}
