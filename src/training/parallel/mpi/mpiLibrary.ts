import type { LibraryHandle } from 'koffi';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { Launch, MpiFamily } from '../launch.js';

/** An MPI library: its functions, each of which returns 0 or the number of an error, and its constants. */
export interface MpiLibrary {
  /** The file that it was loaded from. */
  readonly file: string;
  readonly family: MpiFamily;
  initThread(level: number): number;
  finalize(): number;
  rank(): number;
  size(): number;
  /** The sum over all ranks in the place of the first `count` floats. */
  allReduce(floats: Float32Array, count: number): number;
  broadcast(bytes: Uint8Array, count: number, root: number): number;
}

/** What the two families call their handles: addresses of symbols in one, numbers in the other. */
interface Constants {
  readonly handle: 'void *' | 'int';
  readonly world: unknown;
  readonly float: unknown;
  readonly byte: unknown;
  readonly sum: unknown;
  readonly errorsReturn: unknown;
  readonly inPlace: number;
}

/** The file to load, where it is none of the usual ones. */
const FILE_VARIABLE = 'PIX2PIX_MPI';

const FILES: Readonly<Record<MpiFamily, Partial<Record<NodeJS.Platform, readonly string[]>>>> = {
  'Open MPI': {
    linux: ['libmpi.so.40'],
    darwin: ['/opt/homebrew/lib/libmpi.40.dylib', '/usr/local/lib/libmpi.40.dylib', 'libmpi.40.dylib'],
  },
  MPICH: {
    linux: ['libmpi.so.12', 'libmpich.so.12'], // the second name is Debian's
    darwin: ['/opt/homebrew/lib/libmpi.12.dylib', '/usr/local/lib/libmpi.12.dylib', 'libmpi.12.dylib'],
  },
};

/**
 * Loads the MPI library that the launcher works with.
 * @throws Pix2PixError when there is none, or koffi is not installed, by which Node calls it
 */
export async function loadMpi(launch: Launch): Promise<MpiLibrary> {
  const koffi = await loadKoffi(launch);
  const chosen = process.env[FILE_VARIABLE];
  const files = chosen ? [chosen] : (FILES[launch.mpi][process.platform] ?? []);
  const reasons: string[] = [];
  for (const file of files) {
    try {
      return bind(koffi.load(file, { global: true }), file);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Pix2PixError(
    `no library of ${launch.mpi} is found, by which ${launch.launcher} connects its ${launch.size} ranks`,
    { tried: files.join(', ') || `none is known on ${process.platform}`, reason: reasons.at(-1) ?? '' },
    `install ${launch.mpi} on every machine, or name the file in the environment variable ${FILE_VARIABLE}`,
  );
}

async function loadKoffi({ launcher, size }: Launch): Promise<typeof import('koffi')['default']> {
  try {
    return (await import('koffi')).default;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    throw new Pix2PixError(
      isMissing
        ? 'the package koffi, by which Node calls MPI, is not installed'
        : 'the package koffi, by which Node calls MPI, does not load',
      { 'started by': `${launcher}, as one of ${size} ranks`, ...(isMissing ? {} : { reason: message }) },
      'npm i koffi',
      { cause },
    );
  }
}

function bind(library: LibraryHandle, file: string): MpiLibrary {
  const { handle, world, ...constants } = constantsOf(library);
  const define = (name: string, ...types: string[]) => library.func(name, 'int', types);
  const numberOf = (name: string) => {
    const ask = library.func(name, 'int', [handle, 'int *']);
    const found = new Int32Array(1);
    ask(world, found);
    return found[0];
  };
  const initThread = define('MPI_Init_thread', 'void *', 'void *', 'int', 'int *');
  const setErrors = define('MPI_Comm_set_errhandler', handle, handle);
  const allReduce = define('MPI_Allreduce', 'intptr_t', 'void *', 'int', handle, handle, handle);
  const broadcast = define('MPI_Bcast', 'void *', 'int', handle, 'int', handle);
  const { inPlace, float, byte, sum, errorsReturn } = constants;
  return {
    file,
    family: handle === 'int' ? 'MPICH' : 'Open MPI',
    initThread: (level) => initThread(null, null, level, new Int32Array(1)) || setErrors(world, errorsReturn),
    finalize: define('MPI_Finalize'),
    rank: () => numberOf('MPI_Comm_rank'),
    size: () => numberOf('MPI_Comm_size'),
    allReduce: (floats, count) => allReduce(inPlace, floats, count, float, sum, world),
    broadcast: (bytes, count, root) => broadcast(bytes, count, byte, root, world),
  };
}

/** By mpi.h of either. Open MPI has symbols, whose addresses are the handles; MPICH has numbers, fixed by its ABI. */
function constantsOf(library: LibraryHandle): Constants {
  try {
    const addressOf = (name: string) => library.symbol(name, 'int');
    return {
      handle: 'void *',
      world: addressOf('ompi_mpi_comm_world'),
      float: addressOf('ompi_mpi_float'),
      byte: addressOf('ompi_mpi_byte'),
      sum: addressOf('ompi_mpi_op_sum'),
      errorsReturn: addressOf('ompi_mpi_errors_return'),
      inPlace: 1,
    };
  } catch {
    return {
      handle: 'int',
      world: 0x44000000,
      float: 0x4c00040a,
      byte: 0x4c00010d,
      sum: 0x58000003,
      errorsReturn: 0x54000001,
      inPlace: -1,
    };
  }
}
