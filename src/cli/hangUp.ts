import { constants, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** O_ACCMODE of open(2), which Node does not name. */
const ACCESS_MODE = constants.O_RDONLY | constants.O_WRONLY | constants.O_RDWR;

/**
 * Whether whoever started this process wants it to outlive its terminal, as `nohup` does by having SIGHUP ignored.
 *
 * Node resets an ignored signal to its default when it starts (ResetSignalHandlers in node.cc), so that afterwards nothing
 * says it any more, /proc/self/status neither. It is told by its traces instead: the name of the command that shells
 * leave in `$_`; a standard input that GNU nohup has opened for writing only; a parent, such as a script under nohup or one
 * that says `trap '' HUP`, that ignores the signal itself and so has handed that down.
 */
export function isHangUpIgnored({ environment = process.env, proc = '/proc' } = {}): boolean {
  return (
    basename(environment._ ?? '') === 'nohup' ||
    isInputOfNohup(proc) ||
    ignoresHangUp(`${proc}/${process.ppid}`)
  );
}

/** Has SIGHUP ignored after all, where it was, for as long as the process lives: by default it would end it. */
export function restoreIgnoredHangUp(): void {
  if (isHangUpIgnored()) process.on('SIGHUP', () => {});
}

/** From a terminal GNU nohup redirects the input to /dev/null opened for writing, which nobody else does. */
function isInputOfNohup(proc: string): boolean {
  try {
    if (readlinkSync(`${proc}/self/fd/0`) !== '/dev/null') return false;
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`${proc}/self/fdinfo/0`, 'latin1'))?.[1];
    return (Number.parseInt(flags ?? '0', 8) & ACCESS_MODE) === constants.O_WRONLY;
  } catch {
    return false; // no /proc here
  }
}

/** proc_pid_status(5): a mask in hexadecimal, with signal 1 in its lowest bit. */
function ignoresHangUp(process: string): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)/m.exec(readFileSync(`${process}/status`, 'latin1'))?.[1];
    return (BigInt(`0x${mask ?? '0'}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
