import { availableParallelism, cpus } from 'node:os';

/** The MPI libraries that are known: the two families that all others are of. */
export type MpiFamily = 'Open MPI' | 'MPICH';

/** How a launcher has started this process: as one of several ranks. */
export interface Launch {
  /** 0 ... size - 1, and how many there should be, at least 2. */
  readonly rank: number;
  readonly size: number;
  /** How many of them are on this machine, where the launcher says so. */
  readonly localSize: number;
  readonly launcher: string;
  /** The library that the launcher works with. */
  readonly mpi: MpiFamily;
}

/** The names of a launcher's variables; the first launcher that has set its own has started this process. */
interface Launcher {
  readonly name: string;
  readonly mpi: (env: NodeJS.ProcessEnv) => MpiFamily;
  readonly rank: string;
  readonly size: string;
  readonly localSize?: string;
}

const LAUNCHERS: readonly Launcher[] = [
  {
    name: "Open MPI's mpirun",
    mpi: () => 'Open MPI',
    rank: 'OMPI_COMM_WORLD_RANK',
    size: 'OMPI_COMM_WORLD_SIZE',
    localSize: 'OMPI_COMM_WORLD_LOCAL_SIZE',
  },
  {
    name: "MPICH's mpirun",
    mpi: () => 'MPICH',
    rank: 'PMI_RANK',
    size: 'PMI_SIZE',
    localSize: 'MPI_LOCALNRANKS',
  },
  {
    name: "Slurm's srun",
    mpi: ({ PMIX_RANK }) => (PMIX_RANK === undefined ? 'MPICH' : 'Open MPI'),
    rank: 'SLURM_PROCID',
    size: 'SLURM_STEP_NUM_TASKS', // SLURM_NTASKS is set in a batch script too, which is one process
  },
];

/** What the environment says of how this process was started; undefined for one that is alone. */
export function launchOf(env: NodeJS.ProcessEnv): Launch | undefined {
  const launcher = LAUNCHERS.find(({ rank, size }) => isCount(env[rank]) && isCount(env[size]));
  if (launcher === undefined) return undefined;
  const [rank, size] = [Number(env[launcher.rank]), Number(env[launcher.size])];
  if (size < 2) return undefined;
  const local = launcher.localSize === undefined ? undefined : env[launcher.localSize];
  return {
    ...{ rank, size, launcher: launcher.name, mpi: launcher.mpi(env) },
    localSize: isCount(local) ? Number(local) : 1,
  };
}

const isCount = (text: string | undefined): text is string => text !== undefined && /^\d{1,9}$/.test(text);

/**
 * Threads of one rank where nobody says how many: those that its launcher has bound it to, else its part of the
 * machine's.
 */
export function threadsOf({ localSize }: Pick<Launch, 'localSize'>): number {
  const [usable, all] = [availableParallelism(), cpus().length];
  return usable < all ? usable : Math.max(1, Math.floor(usable / localSize));
}

/** The same by the environment; 0, which means all, for a process that is alone. */
export function threadsOfRank(env: NodeJS.ProcessEnv): number {
  const launch = launchOf(env);
  return launch === undefined ? 0 : threadsOf(launch);
}
