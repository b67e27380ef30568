import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventTracker } from '../src/records/writing/eventTracker.js';
import { RUN_RECORD_FILE, type RunSession } from '../src/records/writing/runRecord.js';

// A run's folder as training leaves it, without the training.

/** A session that began on a certain day; what it is about can be changed. */
export function sessionOf(id: string, change: Partial<RunSession> = {}): RunSession {
  return {
    id,
    startedAt: '2026-03-01T10:00:00.000Z',
    commandLine: ['train', '--name', 'written'],
    workingDirectory: '/somewhere',
    options: { name: 'written', lr: 0.0002, netG: 'unet_256', no_html: false },
    given: ['name'],
    seed: 7,
    versions: { 'pix2pix-ts': '0.1.0' },
    machine: { host: 'host', system: 'linux x64', cpu: 'a cpu', cores: 2, memoryBytes: 1e9, gpus: [] },
    process: { pid: 1 },
    git: { commit: 'abc123', branch: 'main', isDirty: true },
    plan: { imagesPerEpoch: 10, epochs: 2, firstStep: 1, lastStep: 20 },
    ...change,
  };
}

/** A folder in `root` with the record of these sessions. */
export function runFolderIn(root: string, ...sessions: RunSession[]): string {
  mkdirSync(root, { recursive: true });
  const folder = mkdtempSync(join(root, 'run-'));
  writeRecord(folder, ...sessions);
  return folder;
}

export function writeRecord(folder: string, ...sessions: RunSession[]): void {
  writeFileSync(join(folder, RUN_RECORD_FILE), JSON.stringify({ format: 1, sessions }));
}

/** One event file with two losses at each step; their values tell tag and step. */
export function writeSteps(folder: string, from: number, to: number, purgeStep?: number): void {
  const events = new EventTracker(folder, { purgeStep });
  for (let step = from; step <= to; step++) logStep(events, step);
  events.close();
}

export function logStep(events: EventTracker, step: number): void {
  const at = { step, epoch: 1, iteration: step };
  events.scalars(at, { 'loss/G_L1': step / 2, 'loss/D_real': -step });
}

/** The metrics that a service must have received for these steps: `[key, step, value]`, sorted. */
export function expectedMetrics(from: number, to: number): [string, number, number][] {
  const steps = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return sorted(
    steps.flatMap((step) => [
      ['loss/G_L1', step, step / 2],
      ['loss/D_real', step, -step],
    ]),
  );
}

export function sorted(metrics: [string, number, number][]): [string, number, number][] {
  return metrics.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
}
