import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * An environment in which `pix2pix train` runs `code` in its training thread right after each `event` that the training
 * tells: something then happens at a known step, however fast or slow the machine is. `isTold()` is whether the training
 * has been asked to stop, and `wait()` passes some milliseconds.
 */
export function afterEachEvent(folder: string, name: string, code: string): NodeJS.ProcessEnv {
  const path = join(folder, `${name}.hook.mjs`);
  const source = `
    import { isMainThread, parentPort, workerData } from 'node:worker_threads';
    if (!isMainThread && workerData?.memory !== undefined) {
      const { memory } = workerData;
      const isTold = () => Atomics.load(memory, 0) !== 0;
      const wait = () => Atomics.wait(memory, 0, memory[0], 10);
      const post = parentPort.postMessage.bind(parentPort);
      parentPort.postMessage = (message, ...rest) => {
        post(message, ...rest);
        const { event } = message;
        if (event !== undefined) { ${code} }
      };
    }`;
  writeFileSync(path, source);
  return { NODE_OPTIONS: `--import=${pathToFileURL(path)}` };
}
