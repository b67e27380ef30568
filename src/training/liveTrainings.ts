import type { TrainingFlags } from './trainingFlags.js';

/** By the flags that stop it: each training that computes in a thread of its own. */
const live = new Set<TrainingFlags>();

/** @returns says that it has ended */
export function noteLiveTraining(flags: TrainingFlags): () => void {
  live.add(flags);
  return () => void live.delete(flags);
}

/**
 * Asks every training of this process to finish its step, save and end. ONNX Runtime does not survive the end of the
 * process while a thread computes.
 *
 * @returns whether there was any: the process must not be ended before they have
 */
export function stopLiveTrainings(): boolean {
  for (const flags of live) flags.askToStop();
  return live.size > 0;
}
