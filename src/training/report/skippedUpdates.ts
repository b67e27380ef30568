import { FIRST_SCALING, type LossScaling } from '../../engine/runtime/lossScaling.js';
import type { NetworkOptimiser } from '../model/networkOptimiser.js';

/** More updates than halve the first scale to 1, and this share of an epoch's: leaving them out is no search for a scale any more. */
const [SEARCH, MANY] = [Math.log2(FIRST_SCALING.scale), 0.1];

interface Counters {
  readonly updates: number;
  readonly scaling: LossScaling;
}

/** What mixed precision leaves out of an epoch: updates whose gradients were not finite. */
export class SkippedUpdates {
  private constructor(
    private readonly trained: readonly NetworkOptimiser[],
    private before: ReadonlyMap<string, Counters>,
  ) {}

  /** Counts from now on. */
  static async begin(trained: readonly NetworkOptimiser[]): Promise<SkippedUpdates> {
    return new SkippedUpdates(trained, await countersOf(trained));
  }

  /** What a person should know of the updates since the last call: a warning, where many were left out. */
  async sinceLast(): Promise<readonly { readonly kind: 'message' | 'warning'; readonly text: string }[]> {
    const [before, now] = [this.before, await countersOf(this.trained)];
    this.before = now;
    return [...now].flatMap(([name, { updates, scaling }]) => {
      const all = updates - before.get(name)!.updates;
      const skipped = scaling.skipped - before.get(name)!.scaling.skipped;
      if (skipped === 0) return [];
      const kind = skipped > Math.max(SEARCH, MANY * all) ? 'warning' : 'message';
      const advice = kind === 'warning' ? '; if that goes on, pass --precision f32 or a smaller --lr' : '';
      const text =
        `mixed precision left out ${skipped} of ${all} updates of ${name}, whose gradients were not finite, ` +
        `and has come to a loss scale of ${scaling.scale}${advice}`;
      return [{ kind, text }];
    });
  }
}

async function countersOf(trained: readonly NetworkOptimiser[]): Promise<Map<string, Counters>> {
  const counters = new Map<string, Counters>();
  for (const { name, optimiser } of trained) {
    const scaling = await optimiser.lossScaling?.read();
    if (scaling !== undefined) counters.set(name, { updates: optimiser.updates, scaling });
  }
  return counters;
}
