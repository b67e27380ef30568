import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until some bytes of a download lie below a folder, or `isOver`: a server that hangs up earlier has sent nothing. */
export async function untilPart(folder: string, isOver: () => boolean): Promise<void> {
  while (!isOver() && !(await hasPart(folder))) await sleep(5);
}

async function hasPart(folder: string): Promise<boolean> {
  const parts = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.part'));
  const sizes = await Promise.all(parts.map((name) => stat(join(folder, name)).then(({ size }) => size)));
  return sizes.some((size) => size > 0);
}
