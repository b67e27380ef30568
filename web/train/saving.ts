import { NoRoom } from './fileStore.js';
import type { Event } from './messages.js';

/** Milliseconds between two looks for a wish, while a training waits for room. */
const WISH_MS = 100;

/** Saving, where the browser may have no room: what was learned is in memory then, and must not end with an error. */
export interface Saving {
  /** Saves if there is room, and says so if not. */
  tryOnce(): Promise<boolean>;
  /** Saves, as soon as there is room and a person wishes to try again. */
  untilSaved(): Promise<void>;
}

/** @param save throws NoRoom, and whatever ends the training */
export function saving(
  save: () => Promise<void>,
  step: () => number,
  emit: (event: Event) => void,
  wish: () => unknown,
): Saving {
  const tryOnce = async () => {
    try {
      await save();
      emit({ kind: 'saved', step: step() });
      return true;
    } catch (error) {
      if (!(error instanceof NoRoom)) throw error;
      const now = `Step ${step()} is not saved; the checkpoint before is still there. Make room, then press "Save now".`;
      emit({ kind: 'unsaved', text: `${now}\n${error.message}` });
      return false;
    }
  };
  const untilSaved = async () => {
    while (!(await tryOnce()))
      while (wish() === undefined) await new Promise((resolve) => setTimeout(resolve, WISH_MS));
  };
  return { tryOnce, untilSaved };
}
