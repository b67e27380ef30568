import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { makeFolder } from '../base/files/makeFolder.js';
import { requireFinite } from '../checkpoints/finite.js';
import { requireSameTensors } from '../checkpoints/format/architecture.js';
import { LATEST, networkPart } from '../checkpoints/format/checkpointNames.js';
import type { NamedTensors } from '../checkpoints/format/dtype.js';
import { readSafetensors } from '../checkpoints/safetensors.js';
import { CheckpointStore } from '../checkpoints/store.js';
import type { Module } from '../models/layers/module.js';
import { defineD, defineG, type NetworkOptions } from '../models/networks/define.js';
import { type DetectedDiscriminator, detectDiscriminator, isOfHD } from './detectDiscriminator.js';
import { type DetectedGenerator, detectGenerator } from './detectGenerator.js';
import { readNetworkState, toNetworkState } from './networkState.js';
import { toGenerator } from './pictGenerator.js';
import { readPict } from './readPict.js';
import { weightsFormat } from './weightsFormat.js';
import { writeStateDict } from './writeStateDict.js';

/** A network from a file, and what it is. */
export interface ImportedNetwork {
  readonly name: 'G' | 'D';
  readonly file: string;
  readonly found: DetectedGenerator | DetectedDiscriminator;
  readonly tensors: number;
}

/**
 * Makes a run of weights alone: state dicts of a generator and, if it is to be trained further with its own discriminator,
 * of that, as PyTorch or safetensors keep them, or a web model of the TensorFlow port. They are checked, and kept in the run's folder as
 * the reference keeps them, `latest_net_G.pth`, from where testing and training take them.
 *
 * @param folder of the run; created
 * @throws Pix2PixError when a file cannot be read or is no known network, when there is not one generator, or when the
 * run has a checkpoint already; nothing is written then
 */
export function importRun(paths: readonly string[], folder: string): ImportedNetwork[] {
  const networks = paths.map(readNetwork);
  requireOneEach(networks.map(({ imported }) => imported));
  requireNoCheckpoint(folder);
  makeFolder(folder);
  // The generator last: its presence makes the folder a run.
  for (const { imported, state } of [...networks].sort((a, b) =>
    a.imported.name.localeCompare(b.imported.name),
  )) {
    writeStateDict(targetOf(folder, imported.name), state);
  }
  return networks.map(({ imported }) => imported);
}

/** Throws Pix2PixError where the run has a checkpoint, of ours or of the reference. */
export function requireNoCheckpoint(folder: string): void {
  const taken = ['G', 'D'].map((name) => targetOf(folder, name)).find((path) => existsSync(path));
  if (taken === undefined && new CheckpointStore(folder, { onWarning: () => {} }).list().length === 0) return;
  throw new Pix2PixError(
    'the run has a checkpoint already',
    { folder },
    'choose another --name, or move the folder away',
  );
}

/** The weights of a file, whichever implementation wrote it, as our network has them. Throws Pix2PixError. */
export function readWeights(path: string): NamedTensors {
  switch (weightsFormat(path)) {
    case 'pict':
      return toNetworkState(toGenerator(readPict(path)));
    case 'safetensors':
      return toNetworkState(readSafetensors(path).tensors);
    case 'torch':
      return readNetworkState(path);
  }
}

function readNetwork(file: string): { imported: ImportedNetwork; state: NamedTensors } {
  const state = readWeights(file);
  const [name, found] = detect(state);
  const network = name === 'G' ? buildG(found as DetectedGenerator) : buildD(found as DetectedDiscriminator);
  const shapes = new Map(network.states.map((each) => [each.name, each.type.shape]));
  requireSameTensors(shapes, state, file);
  for (const [tensor, stored] of state) requireFinite(`${file}: ${tensor}`, stored);
  return { imported: { name, file, found, tensors: state.size }, state };
}

/** Whether the tensors are those of a generator or of a discriminator. Throws Pix2PixError where they are neither. */
export function networkOf(state: NamedTensors): 'G' | 'D' {
  return detect(state)[0];
}

function detect(state: NamedTensors): ['G', DetectedGenerator] | ['D', DetectedDiscriminator] {
  try {
    return ['D', detectDiscriminator(state)];
  } catch (error) {
    if (isOfHD(state)) throw error;
    return ['G', detectGenerator(state)]; // the error that matters, where it is neither
  }
}

/** Options that a state dict does not show, because its names and shapes do not depend on them. */
const UNSEEN = {
  initType: 'normal',
  initGain: 0.02,
  ngf: 1,
  ndf: 1,
  netG: '',
  netD: '',
  nLayersD: 3,
} as const;

function buildG(found: DetectedGenerator): Module {
  const options: NetworkOptions = { ...UNSEEN, ...found, noDropout: found.useDropout === false };
  return defineG(options);
}

function buildD({ inputNc, nLayersD = 3, ...found }: DetectedDiscriminator): Module {
  const options: NetworkOptions = { ...UNSEEN, ...found, nLayersD, inputNc, outputNc: 1, noDropout: true };
  return defineD(options, inputNc);
}

function requireOneEach(networks: readonly ImportedNetwork[]): void {
  const files = networks.map(({ name, file }) => `${file} (${name})`).join(', ');
  const count = (wanted: string) => networks.filter(({ name }) => name === wanted).length;
  if (count('G') === 1 && count('D') <= 1) return;
  throw new Pix2PixError(
    `a run needs one generator and at most one discriminator, not ${count('G')} and ${count('D')}`,
    { files },
    'give each generator a run of its own',
  );
}

function targetOf(folder: string, network: string): string {
  return join(folder, `${LATEST}_${networkPart(network)}.pth`);
}
