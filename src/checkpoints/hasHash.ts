import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A file of weights that nobody has verified yet, and what it should be. */
export interface UnverifiedFile {
  readonly path: string;
  readonly sha256: string;
}

/** Whether the file is what it should be. It is read in a thread of its own; false also when it cannot be read. */
export async function hasHash({ path, sha256 }: UnverifiedFile): Promise<boolean> {
  const worker = new Worker(new URL('./hashWorker.js', import.meta.url), {
    workerData: path,
    execArgv: [], // flags such as --input-type are for the main script and would be refused
  });
  try {
    const [found] = await once(worker, 'message');
    return found === sha256;
  } catch {
    return false;
  }
}
