import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { networkPart } from '../checkpoints/format/checkpointNames.js';
import { openSafetensors } from '../checkpoints/safetensors.js';
import { CheckpointStore } from '../checkpoints/store.js';
import { detectGenerator, type Shapes } from '../interop/detectGenerator.js';
import { readNetworkState } from '../interop/networkState.js';
import { toGenerator } from '../interop/pictGenerator.js';
import { readPict } from '../interop/readPict.js';
import { nearestName } from '../options/nearest.js';
import { averagedName } from '../training/model/averagedNetworks.js';
import { registeredExtensions } from '../training/options.js';
import { findReferenceRun } from '../training/saved/referenceRun.js';
import { emptyGenerator, fillGenerator, optionsInFile } from './portable/generatorWeights.js';
import type { TrainedGenerator } from './portable/trainedGenerator.js';

/** Where runs are looked for, and which of their checkpoints is taken. */
export interface RunChoice {
  /** Default: ./checkpoints */
  readonly checkpointsDir?: string;
  /** `latest`, `best`, an epoch or `iter_N`. Default: latest. */
  readonly epoch?: string;
  /** Of a model that has several: G_B. Default: the first. */
  readonly generator?: string;
}

/** How a checkpoint is read. */
export interface ReadOptions {
  /** Told when a damaged checkpoint was got round. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
  /** False: the bytes of the weights are for the caller to verify. Default: true. */
  readonly verify?: boolean;
}

/**
 * The generator of a run, ours or the reference's.
 * @throws Pix2PixError when there is no such run or checkpoint, or it is damaged
 */
export function generatorOfRun(
  folder: string,
  tag: string,
  { onWarning = console.warn, verify = true, generator: wanted }: ReadOptions & RunChoice = {},
): TrainedGenerator {
  const checkpoints = new CheckpointStore(folder, { onWarning });
  const listed = checkpoints.list().filter(({ manifest }) => manifest !== undefined);
  const manifest = (listed.find((checkpoint) => checkpoint.tag === tag) ?? listed[0])?.manifest;
  if (manifest === undefined) {
    const reference = findReferenceRun(checkpoints, tag)?.files;
    const file = reference && generatorFile(reference, wanted);
    if (file === undefined) throw noRun(folder, tag);
    return { ...generatorOfForeignFile(file), name: basename(folder) };
  }
  const { definition, ...generator } = emptyGenerator(
    basename(folder),
    manifest.options,
    registeredExtensions(),
    wanted,
  );
  const isAveraged = Number(manifest.options.ema ?? 0) > 0;
  const network = isAveraged ? averagedName(definition.network) : definition.network;
  const loaded = checkpoints.load(tag, { networks: [network], state: false, verify });
  try {
    const file = loaded.networks.get(network)!;
    const { sha256 } = loaded.manifest.files.get(networkPart(network))!;
    return { ...fillGenerator(generator, file), ...(!verify && { unverified: { path: file.path, sha256 } }) };
  } finally {
    loaded.close();
  }
}

/**
 * The generator in a safetensors file: one that was exported, one that lies in its run's folder, or another with the
 * reference's names for its tensors.
 * @throws Pix2PixError when it is none of these
 */
export function generatorOfSafetensors(path: string): TrainedGenerator {
  const ofRun = /^(.+)_net_(\w+?)(?:_ema)?\.safetensors$/.exec(basename(path));
  const siblings = ofRun === null ? [] : readdirSync(dirname(path));
  if (ofRun !== null && siblings.includes(`${ofRun[1]}.json`))
    return generatorOfRun(dirname(path), ofRun[1], { generator: ofRun[2] });
  const file = openSafetensors(path);
  try {
    const options = optionsInFile(file) ?? detectedOptions(file.tensors);
    const { definition: _, ...generator } = emptyGenerator(
      basename(path, '.safetensors'),
      options,
      registeredExtensions(),
    );
    return fillGenerator(generator, file);
  } finally {
    file.close();
  }
}

/**
 * The generator in a file of another implementation: a state dict of PyTorch's (`latest_net_G.pth`), or a web model of
 * the TensorFlow port (`.pict`). Which one it is, its names and shapes say.
 * @throws Pix2PixError when it cannot be read, or is no generator
 */
export function generatorOfForeignFile(path: string): TrainedGenerator {
  const tensors = /\.pict$/i.test(path) ? toGenerator(readPict(path)) : readNetworkState(path);
  const name = basename(path).replace(/\.\w+$/, '');
  const { definition: _, ...generator } = emptyGenerator(
    name,
    detectedOptions(tensors),
    registeredExtensions(),
  );
  return fillGenerator(generator, {
    tensors,
    path,
    read: (name) => tensors.get(name)!,
    readInto: (name, out) => (out as Float32Array).set(tensors.get(name)!.data as Float32Array),
  });
}

/** The options of a training that would have led to such weights, as far as they tell. */
function detectedOptions(tensors: Shapes): Record<string, unknown> {
  const { netG, ngf, inputNc, outputNc, norm, useDropout } = detectGenerator(tensors);
  const shape = { netG, ngf, input_nc: inputNc, output_nc: outputNc, norm };
  return { model: 'pix2pix', ...shape, no_dropout: useDropout === false };
}

/** Of the reference's files the one that is wanted; by default G, or the first of G_A and G_B. */
function generatorFile(files: ReadonlyMap<string, string>, wanted?: string): string | undefined {
  if (wanted !== undefined) return files.get(wanted);
  const names = [...files.keys()].filter((name) => /^G(_|$)/.test(name)).sort();
  return files.get(names[0]);
}

function noRun(folder: string, tag: string): Pix2PixError {
  const [parent, name] = [dirname(folder), basename(folder)];
  const runs = foldersIn(parent).filter((each) => holdsWeights(join(parent, each)));
  const near = nearestName(name, runs);
  return new Pix2PixError(
    `there is no checkpoint ${tag} of ${name}`,
    { 'looked in': join(parent, name), runs: runs.slice(0, 20).join(', ') || 'none' },
    near === undefined
      ? 'name a run, with --checkpoints_dir where it is not in ./checkpoints, or a file'
      : `did you mean ${near}?`,
  );
}

/** As a run does, ours or the reference's: a folder beside it may be anything else. */
function holdsWeights(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => /_net_\w+\.(safetensors|pth)$/.test(name));
  } catch {
    return false;
  }
}

function foldersIn(parent: string): string[] {
  try {
    const entries = readdirSync(parent, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
