import { fileError } from '../base/files/systemError.js';

let isWorkKept = false;

/**
 * Says that what this process does is kept in files, as a training's is, and not in what it prints: from here on a
 * standard stream that cannot be written any longer costs what would have been seen, and nothing else.
 */
export function surviveLostOutput(): void {
  isWorkKept = true;
}

/**
 * Watches the standard streams. Where a reader has gone (`pix2pix runs | head`) whatever only prints ends by itself, and
 * so does work that is kept elsewhere, in its own time. Where the disk is full or the terminal was closed, what a command
 * was to print is lost, which is an error unless `surviveLostOutput` has been called.
 */
export function watchOutput(): void {
  for (const [stream, name] of [
    [process.stdout, 'the standard output'],
    [process.stderr, 'the error stream'],
  ] as const) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && !isWorkKept) throw fileError(error, 'cannot write', name);
    });
  }
}
