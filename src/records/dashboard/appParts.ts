import type { RunIndex } from '../reading/runIndex.js';
import type { GuardSettings } from './guard.js';

/** What a request may reach of the server. */
export interface AppParts {
  readonly index: RunIndex;
  readonly guard: GuardSettings;
  /** Aborted when the server closes: what is under way ends. */
  readonly closing: AbortSignal;
}
