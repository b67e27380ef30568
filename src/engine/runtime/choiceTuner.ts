import { type AlgorithmTimes, fastestOf, type LayerTimes, timesAmong } from './algorithmTimes.js';
import type { DecidedAlgorithms, TunedChoicesStore } from './tunedChoices.js';

/** Something that a device can compute in several ways, of which it is to take one. */
export interface Choice {
  /** The same for two just where they take the same time. */
  readonly key: string;
  readonly options: readonly string[];
  /** The option that is taken where nothing is timed. */
  readonly ruled: () => string;
  /** The options that are worth timing: with fewer than two, nothing is. */
  readonly plausible: () => readonly string[];
  /** What can be done ahead of timing these options, for several choices side by side. */
  readonly ready?: (options: readonly string[]) => Promise<void>;
  /** Milliseconds of each of these options. */
  readonly time: (options: readonly string[]) => Promise<AlgorithmTimes>;
}

interface ChoiceTunerSettings {
  /** Names the device and all that its speed depends on: times are kept under it. */
  readonly fingerprint: string;
  /** Keeps the times between processes; without it nothing is timed, and rules decide. */
  readonly store?: TunedChoicesStore;
}

/**
 * Finds the fastest option of each choice on a device: timed when it first comes up, and kept.
 *
 * A decision stays as it is: `decided` goes into the checkpoints of a training, and `restore` takes it from there, since
 * a training that is continued must not compute by other options, with other rounding, than before.
 */
export class ChoiceTuner {
  private times: LayerTimes | undefined;
  private readonly optionOf = new Map<string, string>();

  constructor(private readonly settings: ChoiceTunerSettings) {}

  /** All decisions so far. */
  get decided(): DecidedAlgorithms {
    const { fingerprint } = this.settings;
    return { fingerprint, algorithms: Object.fromEntries(this.optionOf) };
  }

  /** Decides as before, ahead of time; what was decided for another device is passed over. */
  restore({ fingerprint, algorithms }: DecidedAlgorithms): void {
    if (fingerprint !== this.settings.fingerprint) return;
    for (const [key, option] of Object.entries(algorithms)) this.optionOf.set(key, option);
  }

  /**
   * Times those of these choices that are not known yet.
   * @param announce is told, before they are timed, how many are
   */
  async prepare(choices: readonly Choice[], announce: (choices: number) => void = () => {}): Promise<void> {
    const { store, fingerprint } = this.settings;
    if (store === undefined) return; // times that cannot be kept are not taken: the next process decides by rules too
    this.times ??= timesAmong(await store.read(fingerprint));
    const isKnown = (key: string) => this.times![key] !== undefined || this.optionOf.has(key);
    const byKey = new Map(choices.map((choice) => [choice.key, choice]));
    const unknown = [...byKey.values()].filter(
      ({ key, plausible }) => !isKnown(key) && plausible().length > 1,
    );
    if (unknown.length === 0 || (await store.add(fingerprint, {})) === undefined) return;
    announce(unknown.length);
    await Promise.all(unknown.map(({ plausible, ready }) => ready?.(plausible())));
    const found: Record<string, AlgorithmTimes> = {};
    for (const { key, plausible, time } of unknown) found[key] = await time(plausible());
    const kept = timesAmong((await store.add(fingerprint, found)) ?? found);
    this.times = { ...found, ...kept, ...this.times };
  }

  /** The option that is taken, from now on. */
  decide({ key, options, ruled }: Choice): string {
    const before = this.optionOf.get(key);
    if (before !== undefined && options.includes(before)) return before;
    const option = fastestOf({ algorithms: options }, this.times?.[key]) ?? ruled();
    this.optionOf.set(key, option);
    return option;
  }
}
