import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { type FacadePair, renderFacade } from './facade/renderFacade.js';
import { type FacadeManifest, pairPath } from './facadeManifest.js';
import { sideBySide } from './sideBySide.js';

interface Share {
  readonly drawPairs: true;
  readonly folder: string;
  readonly manifest: FacadeManifest;
  readonly first: number;
  readonly step: number;
}

/** Fewer images than this are drawn before a second thread has started. */
const WORTH_A_THREAD = 12;

/**
 * Draws all pairs of a set into `folder`, whose split folders exist. Each image is a function of (seed, index) alone,
 * so threads share them out in any order.
 *
 * @param threads how many may draw at once
 * @param onImage called after each file
 * @throws the signal's reason when it aborts
 */
export async function drawPairs(
  folder: string,
  manifest: FacadeManifest,
  threads = availableParallelism(),
  onImage: () => void = () => {},
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const step = Math.max(1, Math.min(threads, Math.floor(manifest.count / WORTH_A_THREAD)));
  const share = (first: number): Share => ({ drawPairs: true, folder, manifest, first, step });
  if (step === 1) return drawShare(share(0), onImage, signal);
  const workers = Array.from(
    { length: step },
    (_, first) => new Worker(new URL(import.meta.url), { workerData: share(first) }),
  );
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal?.reason);
  });
  signal?.addEventListener('abort', onAbort);
  try {
    await Promise.race([aborted, Promise.all(workers.map((worker) => finished(worker, onImage)))]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function finished(worker: Worker, onImage: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', onImage);
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}

async function drawShare(
  { folder, manifest, first, step }: Share,
  onImage: () => void,
  signal?: AbortSignal,
) {
  for (let index = first; index < manifest.count; index += step) {
    signal?.throwIfAborted();
    await writePair(
      renderFacade(manifest.seed, index, manifest.size),
      join(folder, pairPath(index, manifest)),
    );
    onImage();
  }
}

/**
 * Writes photograph | label map as one PNG. Lossless, because a label map that went through JPEG has colours that name
 * no class; with a filter chosen per row a pair takes 1.4 times the bytes of a JPEG at quality 95.
 */
async function writePair({ photo, label, size }: FacadePair, path: string): Promise<void> {
  const pair = sideBySide(photo, label, size, size);
  const image = sharp(pair, { raw: { width: size * 2, height: size, channels: 3 } });
  // Not by libvips's own toFile: a full disk then has an error code that says so.
  await writeFile(path, await image.png({ adaptiveFiltering: true }).toBuffer());
}

// Not awaited: a module that waits cannot be required. A failure ends the thread as an error all the same.
if (!isMainThread && (workerData as Partial<Share> | null)?.drawPairs) {
  void drawShare(workerData as Share, () => parentPort?.postMessage('drawn'));
}
