import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { TrainingFlags } from '../trainingFlags.js';
import type { Launch } from './launch.js';

/** Milliseconds between two looks, and by which each rank tells later than the one before it: one message is enough. */
const [INTERVAL, TURN] = [100, 5000];
/** Seconds that ranks may take at least to start and to find each other, which is their first wait. */
const STARTING = 20;

/**
 * The other ranks do not answer any more. The thread that waits for them cannot be ended: the process has to be, and its
 * launcher then ends the others.
 */
export class RankLost extends Pix2PixError {}

/** A watch over a rank that waits for others. */
export interface RankWatch {
  /** Rejects with RankLost; otherwise it never settles. */
  readonly lost: Promise<never>;
  end(): void;
}

/** Watches, from another thread than the one that trains, that the ranks answer each other within `--rank_timeout`. */
export function watchRanks(flags: Pick<TrainingFlags, 'wait'>, launch: Launch, opt: TrainOptions): RankWatch {
  let current: { readonly wait: number | undefined; readonly since: number } = { wait: undefined, since: 0 };
  let timer: NodeJS.Timeout;
  const lost = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const { wait } = flags;
      const now = performance.now();
      if (wait === undefined || wait !== current.wait) {
        current = { wait, since: now };
        return;
      }
      const seconds = wait === 1 ? Math.max(opt.rankTimeout, STARTING) : opt.rankTimeout;
      if (now - current.since > 1000 * seconds + TURN * launch.rank) reject(rankLost(launch, opt, seconds));
    }, INTERVAL).unref();
  });
  lost.catch(() => {}); // told to whoever races it
  return { lost, end: () => clearInterval(timer) };
}

function rankLost({ rank, size, launcher }: Launch, { name }: TrainOptions, seconds: number): RankLost {
  return new RankLost(
    `rank ${rank} has waited ${seconds} seconds for the others: one of the ${size} has ended, hangs, or is cut off`,
    { launcher, checkpoints: 'those saved before are intact' },
    `go on from the last one with the same command and --name ${name} --continue_train; pass a longer --rank_timeout where ranks are only slow`,
  );
}
