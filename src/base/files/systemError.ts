import { MachineError } from '../errors/machineError.js';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { plainLine } from '../errors/plainText.js';

/** The meaning of the operating system's codes, and the fix. */
const CAUSES: Readonly<Record<string, readonly [meaning: string, fix: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, or choose a place on another disk'],
  EDQUOT: ['the disk quota is used up', 'free some space, or choose a place on another disk'],
  EFBIG: ['the file is too large for this disk', 'choose a place on another disk'],
  EACCES: ['permission denied', 'give this user the right to it, or choose another place'],
  EPERM: ['operation not permitted', 'give this user the right to it, or choose another place'],
  EROFS: ['the file system is read-only', 'mount it writable, or choose another place'],
  EISDIR: ['there is a folder of that name', 'move the folder away, or choose another name'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'move that file away, or choose another path'],
  EEXIST: ['something of that name is there already', 'choose another name'],
  ENOTEMPTY: ['the folder is not empty', 'choose another folder'],
  ENOENT: ['no such file or folder', 'check the path'],
  ELOOP: ['its links lead in a circle', 'check the links in the path'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter one'],
  EMFILE: ['too many files are open', 'raise the limit of open files (ulimit -n)'],
  ENFILE: ['too many files are open on this machine', 'end some programs'],
  ENOMEM: ['there is not enough memory', 'end other programs, or choose smaller sizes'],
  EAGAIN: ['the system cannot start another process or thread', 'end some programs, or raise ulimit -u'],
  EIO: [
    'the device reports a read or write error',
    'check the disk; copy elsewhere all that is still readable',
  ],
  ESTALE: ['the network file system has lost it', 'mount it again'],
  EBUSY: ['another program is using it', 'end that program'],
  ETXTBSY: ['another program is using it', 'end that program'],
  EPIPE: ['nobody reads it any more', 'keep the reader running'],
  ENXIO: ['nobody is at the other end, or there is no such device', 'check the path'],
  EADDRINUSE: ['the address is taken', 'choose another port'],
  ECONNREFUSED: ['nobody answers there', 'check the address'],
  ECONNRESET: ['the other side has closed the connection', 'try again'],
  ENOTFOUND: ['there is no such host', 'check the address and the network'],
  ETIMEDOUT: ['there was no answer in time', 'check the address and the network'],
};

/** What others may give back within seconds. */
const PASSING = ['ENOMEM', 'EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'ETXTBSY', 'ENOSPC', 'EDQUOT', 'ETIMEDOUT'];

/** Node reads such names with replacement characters, by which nothing is found. */
const NOT_UTF_8 = ['its name is not UTF-8', 'rename it'] as const;

/** The system's calls in plain words; all others are given by their own name. */
const ACTIONS: Readonly<Record<string, string>> = {
  open: 'cannot open',
  read: 'cannot read',
  write: 'cannot write',
  mkdir: 'cannot make a folder',
  scandir: 'cannot read a folder',
  opendir: 'cannot read a folder',
  rename: 'cannot put a file in place',
  unlink: 'cannot remove a file',
  rm: 'cannot remove',
  stat: 'cannot read',
  lstat: 'cannot read',
  connect: 'cannot connect',
  listen: 'cannot listen',
  getaddrinfo: 'cannot find a host',
};

/** Node's own codes for a lack of memory. */
const MEMORY_CODES = ['ERR_MEMORY_ALLOCATION_FAILED', 'ERR_WORKER_OUT_OF_MEMORY', 'ERR_STRING_TOO_LONG'];
/** V8's messages for arrays beyond its limits or the memory; they have no code. */
const MEMORY_MESSAGES = /^(Array buffer allocation failed|Invalid (typed )?array (buffer )?length)/;
/** ONNX Runtime's, and the C++ library's below it. */
const NATIVE_MEMORY_MESSAGES = /\bbad_alloc\b|Failed to allocate memory/;

/** The system's code of an error (`ENOSPC`), or undefined when it comes from elsewhere. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && 'syscall' in (error as Error) ? code : undefined;
}

/** Codes that say that something is missing or of another kind, and not that access is denied. */
const FINDINGS = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'];

/**
 * Whether a file could not be read although it may be whole: no permission, a limit of the process, a failing device.
 * That says nothing about the file. False where it is missing, or was read and is wrong.
 */
export function isUnreadable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = systemCode(error);
  return code === undefined ? isUnreadable(error.cause) : !FINDINGS.includes(code);
}

/**
 * The error to throw when a file operation failed: a MachineError that names the place and the fix for an error of
 * the operating system, and the given error itself for anything else.
 * @param action the attempt: 'cannot write'
 */
export function fileError(error: unknown, action: string, path: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  return inWords(error as Error, code, action, { path });
}

/**
 * An error of the operating system that nobody expected where it arose, in words: a MachineError by its call, its path
 * and its code. No path is in its summary. Likewise a lack of memory. Anything else is given back as it is.
 */
export function systemErrorInWords(error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return isLackOfMemory(error) ? outOfMemory(error as Error) : error;
  const { syscall = '', path, address, port, hostname } = error as SystemError;
  const [call] = syscall.split(' '); // 'spawn git'
  const place =
    path ?? (address === undefined ? hostname : `${address}${port === undefined ? '' : `:${port}`}`);
  return inWords(
    error as Error,
    code,
    ACTIONS[call] ?? `cannot ${call}`,
    place === undefined ? {} : { path: place },
  );
}

/** An error in one line: the summary of what `systemErrorInWords` makes of it. */
export function summaryOf(error: unknown): string {
  const told = systemErrorInWords(error);
  if (told instanceof Pix2PixError) return told.summary;
  return plainLine(told instanceof Error ? told.message : String(told));
}

interface SystemError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

function inWords(error: Error, code: string, action: string, place: { path?: string }): MachineError {
  const known = code === 'ENOENT' && place.path?.includes('\ufffd') ? NOT_UTF_8 : CAUSES[code];
  const [withoutPlace] = error.message.split(', '); // 'EODD: a strange thing, open '/a''
  const [meaning, fix] = known ?? [withoutPlace, 'check the disk and the path'];
  const facts = { ...place, code };
  return new MachineError(`${action}: ${meaning}`, facts, fix, PASSING.includes(code), { cause: error });
}

function isLackOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '' } = error as NodeJS.ErrnoException;
  const isOfArrays = error instanceof RangeError && MEMORY_MESSAGES.test(error.message);
  return MEMORY_CODES.includes(code) || isOfArrays || NATIVE_MEMORY_MESSAGES.test(error.message);
}

function outOfMemory(error: Error): MachineError {
  return new MachineError(
    'there is not enough memory',
    { reason: error.message },
    'choose smaller sizes (--crop_size, --ngf, --batch_size), or a machine with more memory',
    true,
    { cause: error },
  );
}
