import type { RunIndex } from '../reading/runIndex.js';
import type { GuardSettings } from './pageToken.js';

/** The parts of the server that requests use. */
export interface AppParts {
  readonly index: RunIndex;
  readonly guard: GuardSettings;
  /** Aborted when the server closes: requests under way end. */
  readonly closing: AbortSignal;
  /** Aborted when nothing more will happen here, and the server closes soon. */
  readonly over: AbortSignal;
}
