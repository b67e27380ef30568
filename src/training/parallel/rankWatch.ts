import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import type { TrainingFlags } from '../trainingFlags.js';
import type { Launch } from './launch.js';

/** Milliseconds between two looks, and by which each rank tells later than the one before it: one message is enough. */
const [INTERVAL, TURN] = [100, 5000];
/** Seconds that ranks may take at least to start and to find each other, which is their first wait. */
const STARTING = 20;
/**
 * Milliseconds that one look counts for, at most: where it comes later, this process had no time of the machine, or was suspended,
 * and the others may have been too.
 */
const MOST = 1000;

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

/**
 * Watches, from another thread than the one that trains, that the ranks answer each other within `--rank_timeout`.
 * @param now milliseconds
 */
export function watchRanks(
  flags: Pick<TrainingFlags, 'wait'>,
  launch: Launch,
  opt: Pick<TrainOptions, 'name' | 'rankTimeout'>,
  now = () => performance.now(),
): RankWatch {
  let current: number | undefined;
  let [waited, looked] = [0, now()];
  let timer: NodeJS.Timeout;
  const lost = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const { wait } = flags;
      const passed = Math.min(now() - looked, MOST);
      looked = now();
      waited = wait === current ? waited + passed : 0;
      current = wait;
      if (wait === undefined) return;
      const seconds = wait === 1 ? Math.max(opt.rankTimeout, STARTING) : opt.rankTimeout;
      if (waited > 1000 * seconds + TURN * launch.rank) reject(rankLost(launch, opt, seconds));
    }, INTERVAL).unref();
  });
  lost.catch(() => {}); // told to whoever races it
  return { lost, end: () => clearInterval(timer) };
}

function rankLost(
  { rank, size, launcher }: Launch,
  { name }: Pick<TrainOptions, 'name'>,
  seconds: number,
): RankLost {
  return new RankLost(
    `rank ${rank} has waited ${seconds} seconds for the others: one of the ${size} has ended, hangs, or is cut off`,
    { launcher, checkpoints: 'those saved before are intact' },
    `go on from the last one with the same command and --name ${name} --continue_train; pass a longer --rank_timeout where ranks are only slow`,
  );
}
