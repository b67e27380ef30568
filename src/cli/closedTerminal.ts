import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Lets the process end as it means to after its terminal was closed. When it ends, Node gives each terminal that it was
 * started on its settings back, and up to version 20 aborts where that fails (ResetStdio in node.cc); it passes over
 * what is another file by then.
 */
export function outliveTerminal(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.once('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) replaceByNothing(fd);
  });
}

/** A file that is opened gets the lowest free number, which is the one that was closed. */
function replaceByNothing(fd: number): void {
  closeSync(fd);
  openSync('/dev/null', 'r+');
}
