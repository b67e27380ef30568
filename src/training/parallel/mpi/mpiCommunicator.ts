import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { Communicator } from '../communicator.js';
import type { Launch } from '../launch.js';
import { SharedFailure } from '../ranks.js';
import { loadMpi, type MpiLibrary } from './mpiLibrary.js';

/** One thread at a time calls MPI, which need not be the one that began (MPI_THREAD_SERIALIZED). */
const SERIALIZED = 2;
/** Elements that travel at once. */
const [FLOATS, BYTES] = [1 << 22, 1 << 24];

/**
 * Connects this process with the others that its launcher has started, over MPI. Returns when all are there.
 *
 * @throws Pix2PixError without koffi or an MPI library; SharedFailure where the library does not see the ranks that there should be:
 *   then it is not the one that the launcher works with, and each process would train by itself
 */
export async function connectByMpi(launch: Launch): Promise<Communicator> {
  const library = await loadMpi(launch);
  check(library, 'MPI_Init_thread', library.initThread(SERIALIZED));
  const [rank, size] = [library.rank(), library.size()];
  if (size !== launch.size || rank !== launch.rank) {
    throw new SharedFailure(
      `this process should be rank ${launch.rank} of ${launch.size}, and MPI takes it for rank ${rank} of ${size}`,
      { 'started by': launch.launcher, library: `${library.file}, ${library.family}` },
      `start it by the mpirun of ${library.family}, or under Slurm by srun --mpi=pmix or --mpi=pmi2`,
    );
  }
  return {
    rank,
    size,
    sum: (array) => {
      for (let i = 0; i < array.length; i += FLOATS) {
        const part = array.subarray(i, i + FLOATS);
        check(library, 'MPI_Allreduce', library.allReduce(part, part.length));
      }
    },
    broadcast: (bytes, root) => {
      for (let i = 0; i < bytes.length; i += BYTES) {
        const part = bytes.subarray(i, i + BYTES);
        check(library, 'MPI_Bcast', library.broadcast(part, part.length, root));
      }
    },
    close: () => check(library, 'MPI_Finalize', library.finalize()),
  };
}

function check({ file }: MpiLibrary, name: string, code: number): void {
  if (code === 0) return;
  throw new Pix2PixError(
    'the ranks of this training have lost their connection',
    { [name]: `error ${code}`, library: file },
    'see what the launcher says of the other ranks; the last checkpoint is intact',
  );
}
