import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { RandomStream } from '../src/base/random/stream.js';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { parseTrainOptions } from '../src/training/options.js';
import type { TrainingEvent, TrainingSummary } from '../src/training/report/trainingEvents.js';
import { completeOptions } from '../src/training/saved/completeOptions.js';
import { trainingLoop } from '../src/training/trainingLoop.js';

// Trainings of networks so small that a whole run takes a second: in this process, or by the program itself.

/** The repository, from dist/test. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export const program = join(root, 'bin', 'pix2pix.js');

/** Networks of two channels on images of 32 × 32, on the processor whatever the machine has; all else is as by default. */
export const TINY = [
  ...['--netG', 'unet_32', '--ngf', '2', '--netD', 'n_layers', '--n_layers_D', '1', '--ndf', '2'],
  ...['--load_size', '36', '--crop_size', '32', '--num_threads', '0', '--intra_threads', '1'],
  ...['--device', 'cpu'],
];

/** In memory where the system has such a folder: checkpoints are synced to the disk, which a busy disk makes slow. */
const temporary = isWritable('/dev/shm') ? '/dev/shm' : tmpdir();

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** After TINY: the smallest U-Net that has dropout. */
export const DROPOUT = ['--netG', 'unet_64', '--load_size', '68', '--crop_size', '64'];

/** A folder of its own for a test file, removed when its tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(temporary, 'pix2pix-training-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A data root with so many A|B pairs in each of its folders: `{ train: 5, val: 1 }`. Every image is another one. */
export async function makeDataset(
  dataroot: string,
  counts: Readonly<Record<string, number>>,
): Promise<string> {
  for (const [phase, count] of Object.entries(counts)) {
    mkdirSync(join(dataroot, phase), { recursive: true });
    for (let i = 0; i < count; i++) await writePair(join(dataroot, phase, `${i}.png`), phase, i);
  }
  return dataroot;
}

/** A is noise in blocks of 4 pixels; B is A with its colours turned. */
async function writePair(path: string, phase: string, index: number, side = 36): Promise<void> {
  const random = new RandomStream(7, `pair.${phase}`, [index]);
  const blocks = side / 4;
  const colours = Array.from({ length: blocks * blocks }, () => [0, 1, 2].map(() => random.integer(256)));
  const data = new Uint8Array(2 * side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [r, g, b] = colours[Math.floor(y / 4) * blocks + Math.floor(x / 4)];
      data.set([r, g, b], (y * 2 * side + x) * 3);
      data.set([g, b, 255 - r], (y * 2 * side + side + x) * 3);
    }
  }
  const raw = { width: 2 * side, height: side, channels: 3 } as const;
  await sharp(data, { raw }).png().toFile(path);
}

/** Runs the program as a person does, in `folder`. */
export function pix2pix(
  folder: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): SpawnSyncReturns<string> {
  const settings = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, [program, ...argv], settings);
}

/** Starts the program and calls `onOutput` with all that it has printed so far, whenever it prints. */
export function startPix2pix(
  folder: string,
  argv: readonly string[],
  onOutput: (output: string, kill: (signal: NodeJS.Signals) => void) => void,
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }> {
  const child = spawn(process.execPath, [program, ...argv], { cwd: folder, env: { ...process.env, ...env } });
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk;
    onOutput(output, (signal) => child.kill(signal));
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
}

/** A training in this process, and all that it told. */
export interface Trained {
  readonly summary: TrainingSummary;
  readonly events: readonly TrainingEvent[];
}

/**
 * Trains in this process, from the beginning or, where `argv` has `--continue_train`, from the checkpoint.
 * @param stopAfter the training is told to stop when it has asked so often
 * @param onEvent is called with what it tells
 */
export async function trainHere(
  argv: readonly string[],
  stopAfter = Number.POSITIVE_INFINITY,
  onEvent: (event: TrainingEvent) => void = () => {},
): Promise<Trained> {
  const events: TrainingEvent[] = [];
  let asked = 0;
  const summary = await trainingLoop(completeOptions(parseTrainOptions(argv)), {
    emit: (event) => {
      events.push(event);
      onEvent(event);
    },
    shouldStop: () => ++asked > stopAfter,
  });
  return { summary, events };
}

/** Every byte that training goes on from: networks, running statistics, moments, counters. */
export function stored(folder: string, tag = 'latest'): Readonly<Record<string, unknown>> {
  const loaded = new CheckpointStore(folder, { onWarning: () => {} }).load(tag);
  try {
    const files = [...loaded.networks, ['state', loaded.state!.tensors] as const];
    const tensors = files.map(([name, file]) => {
      const contents = [...file.tensors.keys()].map((tensor) => {
        const { data } = file.read(tensor);
        return [tensor, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')];
      });
      return [name, Object.fromEntries(contents)];
    });
    return { ...Object.fromEntries(tensors), counters: loaded.state!.json };
  } finally {
    loaded.close();
  }
}

/** The text of a file. */
export const textOf = (...path: string[]): string => readFileSync(join(...path), 'utf8');
