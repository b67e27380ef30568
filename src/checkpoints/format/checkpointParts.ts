import { networkPart, STATE } from './checkpointNames.js';
import type { NamedTensors } from './dtype.js';
import { stringifyLossless } from './losslessJson.js';

/** The facts in a checkpoint besides its tensors. */
export interface CheckpointFacts {
  readonly epoch: number;
  /** Training images seen, as the reference counts iterations. */
  readonly totalIters: number;
  /** The options it was trained with; a loaded checkpoint gives them back. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The options that each network's file has in its own metadata. Default: none. */
  readonly networkOptions?: Readonly<Record<string, unknown>>;
  /** Versions of what writes it, by name. */
  readonly versions?: Readonly<Record<string, string>>;
  /** The session of the run that writes it. */
  readonly session?: string;
}

/** The data of a checkpoint. Tensors are written directly from the given memory, which must not change meanwhile. */
export interface Checkpoint<Tensors = NamedTensors> extends CheckpointFacts {
  /** By network: `G`, `D`. */
  readonly networks: Readonly<Record<string, Tensors>>;
  readonly state?: TrainingState<Tensors>;
}

/** The state that training needs beyond the networks to continue exactly. */
export interface TrainingState<Tensors = NamedTensors> {
  /** Moments of the optimisers. */
  readonly tensors: Tensors;
  /** Counters, schedule, positions of random streams, place in the epoch. Infinity and NaN come back as they were. */
  readonly json: unknown;
}

/** Under this key the state file's metadata holds its JSON part. */
export const STATE_JSON_KEY = 'state';

/** One file of a checkpoint to be. */
export interface Part<Tensors> {
  readonly name: string;
  readonly tensors: Tensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The files of a checkpoint.
 * @param withState whether the training state is one of them
 */
export function checkpointParts<Tensors>(
  checkpoint: Checkpoint<Tensors>,
  withState: boolean,
): Part<Tensors>[] {
  const { networks, state } = checkpoint;
  const options = stringifyLossless(checkpoint.networkOptions ?? {});
  const parts: Part<Tensors>[] = Object.entries(networks).map(([network, tensors]) => {
    // A generator's file that is used without its run still has its options.
    return { name: networkPart(network), tensors, metadata: { format: 'pt', network, options } };
  });
  if (state !== undefined && withState) {
    const metadata = { [STATE_JSON_KEY]: stringifyLossless(state.json) ?? 'null' };
    parts.push({ name: STATE, tensors: state.tensors, metadata });
  }
  return parts;
}
