/** Trainings under the MPI launchers of this machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { program } from './tinyRun.js';
import { PATIENCE } from './until.js';

/** A launcher of an MPI library. */
export interface Mpi {
  readonly name: string;
  /** Why its tests are skipped; false where it is there. */
  readonly skip: string | false;
  /** Its name and its words before those of the program; `:` may follow with another program. */
  readonly launcher: string;
  readonly flags: readonly string[];
  /** The environment variable with the rank. */
  readonly rank: string;
}

const found = (launcher: string) => spawnSync(launcher, ['--version']).error === undefined;

/** Several of a machine's ranks on one core, also for root, as in containers. */
const OPEN_MPI = [
  '--oversubscribe',
  '--bind-to',
  'none',
  ...(process.getuid?.() === 0 ? ['--allow-run-as-root'] : []),
];

/** Those that are known, as Debian calls them. */
export const launchers: readonly Mpi[] = (
  [
    ['Open MPI', 'mpirun.openmpi', OPEN_MPI, 'OMPI_COMM_WORLD_RANK'],
    ['MPICH', 'mpirun.mpich', [], 'PMI_RANK'],
  ] as const
).map(([name, launcher, flags, rank]) => {
  const skip = found(launcher) ? false : `there is no ${launcher} here`;
  return { name, launcher, flags, rank, skip };
});

/** How a training under a launcher ended, with all that it printed. */
export interface MpiEnding {
  readonly code: number | null;
  readonly output: string;
}

/** A training under a launcher, with the processes of its ranks. */
export interface MpiTraining {
  readonly ended: Promise<MpiEnding>;
  /** The process of a rank, as soon as it is there. */
  pidOf(rank: number): number | undefined;
  /** Processes that are left. */
  left(): number[];
}

interface MpiRun {
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly onOutput?: (output: string) => void;
}

/** Starts `pix2pix` with each of these command lines as one rank; a number: so many with the same. */
export function startRanks(
  { launcher, flags, rank: rankVariable }: Mpi,
  ranks: number | readonly (readonly string[])[],
  argv: readonly string[],
  { folder, env = {}, onOutput = () => {} }: MpiRun,
): MpiTraining {
  const run = randomUUID();
  const command = [process.execPath, program, ...argv];
  const apart = typeof ranks === 'number' ? [] : ranks;
  const words =
    typeof ranks === 'number'
      ? ['-n', `${ranks}`, ...command]
      : apart.flatMap((more, i) => [...(i > 0 ? [':'] : []), '-n', '1', ...command, ...more]);
  const child: ChildProcess = spawn(launcher, [...flags, ...words], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', ...env, [RUN_VARIABLE]: run },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk;
    onOutput(output);
  };
  child.stdout!.on('data', read);
  child.stderr!.on('data', read);
  const processes = () => processesWith(`${RUN_VARIABLE}=${run}`);
  const left = () => processes().map(({ pid }) => pid);
  const ended = new Promise<MpiEnding>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      for (const pid of left()) process.kill(pid, 'SIGKILL');
      reject(new Error(`it has not ended: ${output}`));
    }, PATIENCE);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(late);
      resolve({ code, output });
    });
  });
  return {
    ended,
    pidOf: (rank) =>
      processes().find(({ environment }) => environment.includes(`${rankVariable}=${rank}`))?.pid,
    left,
  };
}

/** Runs it to its end. */
export function mpirun(
  mpi: Mpi,
  ranks: number | readonly (readonly string[])[],
  argv: readonly string[],
  run: MpiRun,
): Promise<MpiEnding> {
  return startRanks(mpi, ranks, argv, run).ended;
}

const RUN_VARIABLE = 'PIX2PIX_TEST_RUN';

/** Processes of ours that have this in their environment, as Linux shows it. */
function processesWith(entry: string): { pid: number; environment: readonly string[] }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
      const isNode = readFileSync(`/proc/${name}/comm`, 'utf8').trim() === 'node';
      return isNode && environment.includes(entry) ? [{ pid: Number(name), environment }] : [];
    } catch {
      return []; // it has ended, or is somebody else's
    }
  });
}
