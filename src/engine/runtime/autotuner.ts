import { type AlgorithmChooser, type Layer, type LayerChoice, layerChoices } from '../ir/layer.js';
import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { chooseByRule, plausibleAlgorithms } from './algorithmRules.js';
import { type AlgorithmTimes, fastestOf, keyOf, type LayerTimes, timesAmong } from './algorithmTimes.js';
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

/**
 * Finds the fastest algorithm of each layer on this device: timed when a program first asks, and kept.
 *
 * A decision for a layer stays as it is: `decided` goes into the checkpoints of a training, and `restore` takes it from
 * there, since a training that is continued must not compute by other algorithms, with other rounding, than before.
 */
export class Autotuner {
  private times: LayerTimes | undefined;
  private readonly algorithmOf = new Map<string, string>();

  constructor(private readonly settings: AutotunerSettings) {}

  /** The algorithms of the layers of all programs so far. */
  get decided(): DecidedAlgorithms {
    const { fingerprint } = this.settings;
    return { fingerprint, algorithms: Object.fromEntries(this.algorithmOf) };
  }

  /** Decides layers as before, ahead of their programs; what was decided for another device is passed over. */
  restore({ fingerprint, algorithms }: DecidedAlgorithms): void {
    if (fingerprint !== this.settings.fingerprint) return;
    for (const [key, algorithm] of Object.entries(algorithms)) this.algorithmOf.set(key, algorithm);
  }

  /**
   * The choice for a program's layers, after those that are not known yet have been timed.
   * @param announce is told, before they are timed, how many layers are
   */
  async chooserFor(
    program: Program,
    announce: (layers: number) => void = () => {},
  ): Promise<AlgorithmChooser> {
    const choices = new Map(layerChoices(program).map((choice) => [keyOf(choice.layer), choice]));
    const times = await this.timesOf(choices, announce);
    return (layer: Layer) => this.decide(layer, times[keyOf(layer)]);
  }

  private decide(layer: Layer, times: AlgorithmTimes | undefined): string {
    const key = keyOf(layer);
    const before = this.algorithmOf.get(key);
    if (before !== undefined && layer.algorithms.includes(before)) return before;
    const algorithm = fastestOf(layer, times) ?? chooseByRule(layer);
    this.algorithmOf.set(key, algorithm);
    return algorithm;
  }

  /** Times that cannot be kept are not taken: then the rule decides, and does so for the next process too. */
  private async timesOf(
    choices: ReadonlyMap<string, LayerChoice>,
    announce: (layers: number) => void,
  ): Promise<LayerTimes> {
    const { store, fingerprint, time } = this.settings;
    if (store === undefined) return {};
    this.times ??= timesAmong(await store.read(fingerprint));
    const isUnknown = ([key, choice]: [string, LayerChoice]) =>
      this.times![key] === undefined && !this.algorithmOf.has(key) && this.isWorthTiming(choice);
    const unknown = [...choices].filter(isUnknown);
    if (unknown.length === 0 || (await store.add(fingerprint, {})) === undefined) return this.times;
    announce(unknown.length);
    const found: Record<string, AlgorithmTimes> = {};
    for (const [key, { value, layer }] of unknown) found[key] = await time(value, plausibleAlgorithms(layer));
    const kept = timesAmong((await store.add(fingerprint, found)) ?? found);
    this.times = { ...found, ...kept, ...this.times };
    return this.times;
  }

  private isWorthTiming({ value, layer }: LayerChoice): boolean {
    if (plausibleAlgorithms(layer).length < 2) return false;
    const touched = [value, ...value.operands].reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return touched >= (this.settings.worthTiming ?? WORTH_TIMING);
  }
}
