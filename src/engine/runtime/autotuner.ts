import { type AlgorithmChooser, type Layer, type LayerChoice, layerChoices } from '../ir/layer.js';
import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { chooseByRule, plausibleAlgorithms } from './algorithmRules.js';
import {
  type AlgorithmTimes,
  fastestOf,
  formatTimes,
  keyOf,
  type LayerTimes,
  parseTimes,
} from './algorithmTimes.js';

/** Layers that touch fewer elements are quick with any algorithm: the rule decides, and nothing is timed. */
const WORTH_TIMING = 2 ** 19;

/** A text that outlives the process, and that other processes may write too. */
export interface TextStore {
  /** The text, or undefined where there is none. */
  read(): string | undefined;
  /** Replaces it as a whole. False: it cannot be kept. */
  write(text: string): boolean;
}

/** The device of an `Autotuner`, and where it keeps its results. */
export interface AutotunerSettings {
  /** Names what computes, and all that its speed depends on. */
  readonly fingerprint: string;
  /** Milliseconds of a value's layer by each of these algorithms. */
  readonly time: (value: Value, algorithms: readonly string[]) => Promise<AlgorithmTimes>;
  /** Keeps the times between processes. */
  readonly store: TextStore;
  /** Is told, before they are timed, how many layers are. */
  readonly announce?: (layers: number) => void;
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
  private times: LayerTimes;

  constructor(private readonly settings: AutotunerSettings) {
    this.times = parseTimes(settings.store.read())[settings.fingerprint] ?? {};
  }

  /** The choice for a program's layers, after those that are not known yet have been timed. */
  async chooserFor(program: Program): Promise<AlgorithmChooser> {
    const unknown = new Map<string, LayerChoice>();
    for (const choice of layerChoices(program)) {
      const key = keyOf(choice.layer);
      if (this.times[key] === undefined && this.isWorthTiming(choice)) unknown.set(key, choice);
    }
    if (unknown.size > 0 && this.keep({})) {
      this.settings.announce?.(unknown.size);
      const found: Record<string, AlgorithmTimes> = {};
      for (const [key, { value, layer }] of unknown)
        found[key] = await this.settings.time(value, plausibleAlgorithms(layer));
      this.times = { ...this.times, ...found };
      this.keep(found);
    }
    return (layer: Layer) => fastestOf(layer, this.times[keyOf(layer)]) ?? chooseByRule(layer);
  }

  private isWorthTiming({ value, layer }: LayerChoice): boolean {
    if (plausibleAlgorithms(layer).length < 2) return false;
    const touched = [value, ...value.operands].reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return touched >= (this.settings.worthTiming ?? WORTH_TIMING);
  }

  /** Adds times to those in the store, which may have become more meanwhile. False: they cannot be kept. */
  private keep(found: LayerTimes): boolean {
    const { store, fingerprint } = this.settings;
    const known = parseTimes(store.read());
    return store.write(formatTimes({ ...known, [fingerprint]: { ...known[fingerprint], ...found } }));
  }
}
