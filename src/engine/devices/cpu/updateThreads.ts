import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import type { AlgorithmTimes } from '../../runtime/algorithmTimes.js';
import { ChoiceTuner } from '../../runtime/choiceTuner.js';
import type { AdamSettings } from '../../runtime/optimiser.js';
import type { TunedChoicesStore } from '../../runtime/tunedChoices.js';
import { Adam } from './adam.js';
import { OptimiserMemory } from './optimiserMemory.js';
import { MANY_THREADS, threadCount } from './sessionOptions.js';
import type { UpdateThreads } from './threadedUpdate.js';

/** Who updates parameters: a thread with WebAssembly, or those that compute. The bits are the same. */
const WAYS = ['one', 'several'] as const;

/** Where nothing was timed, so many threads are taken to be faster than one. */
const SEVERAL_BY_RULE = 8;
/** Elements that each thread updates in a turn: what lies between two operators stays in the cores' caches. */
const PIECE_OF_A_THREAD = 2 ** 17;
/** Parameters of a trial: with gradients and moments 64 MB, more than most caches hold. */
const TRIAL = 2 ** 22;
/** The fastest of these counts. One more, before them, meets memory that nobody has used. */
const ROUNDS = 3;

/** The machine and its session, as an `Autotuner` has them. */
interface UpdateSettings {
  readonly fingerprint: string;
  readonly store?: TunedChoicesStore | undefined;
  /** As of a session; 0: one per core. */
  readonly threads: number;
}

/**
 * The threads that update parameters fastest on this machine, or undefined: the caller's alone. Both ways are timed where there are
 * several threads that spin while they wait, and the times can be kept; else a rule decides. Since both make the same bits, a
 * training may go on by the other one.
 */
export async function fastestUpdateThreads({
  fingerprint,
  store,
  threads,
}: UpdateSettings): Promise<UpdateThreads | undefined> {
  const count = threadCount(threads);
  const several = { threads, pieceLength: count * PIECE_OF_A_THREAD };
  const tuner = new ChoiceTuner({ fingerprint, store });
  const choice = {
    key: `Adam, pieces of ${several.pieceLength}`,
    options: WAYS,
    ruled: () => (count < SEVERAL_BY_RULE ? 'one' : 'several'),
    plausible: () => (count < MANY_THREADS ? [] : WAYS),
    time: () => timeUpdates(several),
  };
  await tuner.prepare([choice]);
  return tuner.decide(choice) === 'several' ? several : undefined;
}

/** Milliseconds of an update either way; they alternate, so that other load on the machine affects both alike. */
async function timeUpdates(several: UpdateThreads): Promise<AlgorithmTimes> {
  const states = [new State('trial', f32(TRIAL), 'parameter', { kind: 'constant', value: 0 })];
  const memory = new OptimiserMemory(states);
  const settings: AdamSettings = { betas: [0.5, 0.999], epsilon: 1e-8 };
  const fastest = { one: Number.POSITIVE_INFINITY, several: Number.POSITIVE_INFINITY };
  const adams = {
    one: new Adam(states, settings, memory),
    several: new Adam(states, settings, memory, undefined, several),
  };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const way of WAYS) {
      const start = performance.now();
      await adams[way].update(0);
      if (round > 0) fastest[way] = Math.min(fastest[way], performance.now() - start);
    }
  }
  await adams.several.dispose();
  return Object.fromEntries(WAYS.map((way) => [way, Number(fastest[way].toFixed(3))]));
}
