import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { synthesizeFacades } from '../src/data/make/synthesizeFacades.js';
import { peakRss } from './peakRss.js';

const program = fileURLToPath(new URL('../../bin/pix2pix.js', import.meta.url));
/** Steps from which the wait for data is taken, after the first ones, which wait for the start. */
const SKIPPED = 3;

/** The cost of `pix2pix train` besides its steps. */
export interface TrainCommandResult {
  /** From the start of the process to the first step, which compiles the graph, and to its end. */
  readonly secondsToFirstStep: number;
  readonly secondsToItsEnd: number;
  /** Share of the time that steps wait for data. */
  readonly waitingShare: number;
  /** Undefined where the system does not tell. */
  readonly peakRssBytes: number | undefined;
}

/**
 * Runs `pix2pix train` for some steps on synthetic images, and watches it from outside.
 *
 * @param argv besides what it needs, such as the device; everything else is as by default
 */
export async function watchTrainCommand(steps: number, argv: readonly string[]): Promise<TrainCommandResult> {
  const folder = mkdtempSync(join(tmpdir(), 'pix2pix-bench-'));
  try {
    await synthesizeFacades({ out: join(folder, 'data'), count: 24, size: 256 });
    return await watch(folder, steps, argv);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function watch(folder: string, steps: number, argv: readonly string[]): Promise<TrainCommandResult> {
  const start = performance.now();
  const args = ['--dataroot', join(folder, 'data'), '--checkpoints_dir', folder, '--name', 'bench'];
  const numbers = ['--print_freq', '1', '--max_steps', `${steps}`, ...argv];
  const child = spawn(process.execPath, [program, 'train', ...args, ...numbers, '--val_freq', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let secondsToItsEnd = Number.NaN;
  let peakRssBytes: number | undefined;
  const times: { compute: number; data: number }[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /^\(epoch: .* time: ([\d.]+), data: ([\d.]+)\)/.exec(line);
    if (found === null) continue;
    if (times.length === 0) secondsToItsEnd = (performance.now() - start) / 1000;
    times.push({ compute: Number(found[1]), data: Number(found[2]) });
    peakRssBytes = peakRss(child.pid!) ?? peakRssBytes;
  }
  const counted = times.slice(SKIPPED);
  const total = (key: 'compute' | 'data') => counted.reduce((sum, step) => sum + step[key], 0);
  const secondsToFirstStep = secondsToItsEnd - times[0].compute;
  return {
    secondsToFirstStep,
    secondsToItsEnd,
    waitingShare: total('data') / (total('data') + total('compute')),
    peakRssBytes,
  };
}
