import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { bootId, processStart } from '../../src/base/files/processIdentity.js';
import type { RunExit, RunRecord, RunSession } from '../../src/records/writing/runRecord.js';

/** How a run of the set is to look. */
export type RunKind =
  | 'running'
  | 'finished'
  | 'stopped'
  | 'crashed'
  | 'resumed'
  | 'nan'
  | 'foreign'
  | 'damaged';

export const IMAGES_PER_EPOCH = 400;
export const EPOCHS = 20;

const EXITS: Partial<Record<RunKind, RunExit>> = {
  finished: { reason: 'finished' },
  stopped: { reason: 'stopped' },
  crashed: { reason: 'failed', message: 'a loss is no number: G_L1' },
  damaged: { reason: 'max_steps' },
};

/** Writes `run.json`. */
export function writeRecord(
  folder: string,
  kind: RunKind,
  seed: number,
  { start, perStep }: { readonly start: number; readonly perStep: number },
  reached: number,
): void {
  const first = session(kind, seed, start, 1, start + reached * perStep);
  const half = Math.round(reached * 0.5);
  const again: RunSession = {
    ...session('stopped', seed, start + half * perStep, half, start + reached * perStep),
    id: `${first.id}b`,
    commandLine: [...first.commandLine, '--continue_train'],
    options: { ...first.options, continue_train: true, lr: Number(first.options.lr) / 2 },
    given: ['name', 'continue_train', 'lr'],
    resumedFrom: { session: first.id, epoch: Math.ceil(half / IMAGES_PER_EPOCH), step: half - 1 },
  };
  const record: RunRecord = { format: 1, sessions: kind === 'resumed' ? [first, again] : [first] };
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify(record, undefined, 1)}\n`);
}

function session(kind: RunKind, seed: number, start: number, firstStep: number, end: number): RunSession {
  const name = `facades_${kind}`;
  const options = {
    name,
    dataroot: './datasets/facades',
    model: 'pix2pix',
    netG: seed % 2 === 0 ? 'unet_256' : 'resnet_9blocks',
    lr: [2e-4, 1e-4, 4e-4][seed % 3],
    lambda_L1: seed % 3 === 1 ? 10 : 100,
    batch_size: 1 + (seed % 2),
    gan_mode: 'vanilla',
    direction: 'BtoA',
    n_epochs: EPOCHS / 2,
    n_epochs_decay: EPOCHS / 2,
    no_dropout: seed % 4 === 3,
    checkpoints_dir: './checkpoints',
  };
  const isLive = kind === 'running';
  const exit = EXITS[kind];
  return {
    id: `synthetic${seed}`,
    startedAt: new Date(start).toISOString(),
    ...(exit === undefined ? {} : { endedAt: new Date(end).toISOString(), exit }),
    commandLine: ['train', '--dataroot', './datasets/facades', '--name', name, '--direction', 'BtoA'],
    workingDirectory: '/home/me/pix2pix',
    options,
    given: ['dataroot', 'name', 'direction'],
    seed,
    git: { commit: '3f2a91c0de'.padEnd(40, '0'), branch: 'main', isDirty: seed % 2 === 1 },
    versions: { 'pix2pix-ts': '0.1.0', node: process.versions.node, 'onnxruntime-node': '1.30.0' },
    machine: {
      host: hostname(),
      system: 'linux x64',
      cpu: 'a processor',
      cores: 2,
      memoryBytes: 8e9,
      gpus: [],
    },
    process: isLive
      ? { pid: process.ppid, start: processStart(process.ppid), boot: bootId() }
      : { pid: 2 ** 22 + seed },
    dataset: {
      root: './datasets/facades',
      phase: 'train',
      samples: IMAGES_PER_EPOCH,
      fingerprint: 'ab'.repeat(32),
    },
    plan: {
      imagesPerEpoch: IMAGES_PER_EPOCH,
      epochs: EPOCHS,
      firstStep,
      lastStep: IMAGES_PER_EPOCH * EPOCHS,
    },
    networks: networks(),
  };
}

function networks(): RunSession['networks'] {
  const layers = [64, 128, 256, 512].map((channels, i, all) => {
    const from = i === 0 ? 3 : all[i - 1];
    return {
      name: `model.model.${i}`,
      tensors: [`weight f32[${channels},${from},4,4]`, `bias f32[${channels}]`],
      parameters: channels * (from * 16 + 1),
    };
  });
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  return [
    { name: 'G', parameters, note: 'unet_256', layers },
    { name: 'D', parameters: parameters / 2, note: 'sees 70×70 pixels', layers: layers.slice(0, 3) },
  ];
}
