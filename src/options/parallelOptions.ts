import type { OptionTable } from './spec.js';

/** How several processes train together, one on each machine or card, started by an MPI launcher. */
export const PARALLEL_OPTIONS = {
  sync_norm: {
    kind: 'flag',
    group: 'Many machines',
    help: "under mpirun, batch norms take the statistics of the whole batch, as one process would; otherwise of each rank's part",
  },
  share_gpu: {
    kind: 'flag',
    group: 'Many machines',
    stored: 'never',
    help: 'under mpirun with --device webgpu, ranks that see the same GPU train on it together, which is no faster than one',
  },
  rank_timeout: {
    kind: 'float',
    default: 600,
    above: 0,
    group: 'Many machines',
    stored: 'never',
    help: 'under mpirun, seconds that a rank waits for the others before it takes one for lost and ends all',
  },
} as const satisfies OptionTable;
