import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { requireSameTensors } from '../checkpoints/format/architecture.js';
import { networkPart } from '../checkpoints/format/checkpointNames.js';
import { requireUsableWeights } from '../checkpoints/format/finite.js';
import type { UnverifiedFile } from '../checkpoints/hasHash.js';
import { openSafetensors, type SafetensorsFile } from '../checkpoints/safetensors.js';
import { CheckpointStore } from '../checkpoints/store.js';
import type { State } from '../engine/ir/state.js';
import { elementCount } from '../engine/ir/tensorType.js';
import type { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import type { StateData } from '../engine/runtime/device.js';
import { detectGenerator, type Shapes } from '../interop/detectGenerator.js';
import { isFloating, toFloats } from '../interop/floats.js';
import { readNetworkState } from '../interop/networkState.js';
import { toGenerator } from '../interop/pictGenerator.js';
import { readPict } from '../interop/readPict.js';
import { buildModel } from '../models/buildModel.js';
import type { ModelOptions } from '../models/definition.js';
import { findGeneratorOf } from '../models/generators.js';
import type { Module } from '../models/layers/module.js';
import { findModel } from '../models/registry.js';
import { nearestName } from '../options/nearest.js';
import { restoreTrainOptions } from '../options/serialise.js';
import { averagedName } from '../training/model/averagedNetworks.js';
import { registeredExtensions } from '../training/options.js';
import { findReferenceRun } from '../training/saved/referenceRun.js';
import { reversedOptions } from './reversedOptions.js';

/** A generator of ours with its weights in memory. */
export interface TrainedGenerator {
  /** The run or file that it comes from. */
  readonly name: string;
  readonly network: Module;
  /** The numbers of all of the network's states. */
  readonly weights: ReadonlyMap<State, StateData>;
  readonly inputNc: number;
  readonly outputNc: number;
  /** From an image to its translation: see `GeneratorDefinition`. */
  apply(trace: Trace, x: Value): Value;
  readonly netG: string;
  readonly norm: string;
  /** The options of its training, by flag. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where the weights are from, when their bytes were not compared with what was written. */
  readonly unverified?: UnverifiedFile;
}

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
  const { definition, ...generator } = unfilled(basename(folder), manifest.options, wanted);
  const isAveraged = Number(manifest.options.ema ?? 0) > 0;
  const network = isAveraged ? averagedName(definition.network) : definition.network;
  const loaded = checkpoints.load(tag, { networks: [network], state: false, verify });
  try {
    const file = loaded.networks.get(network)!;
    const { sha256 } = loaded.manifest.files.get(networkPart(network))!;
    return { ...fill(generator, file), ...(!verify && { unverified: { path: file.path, sha256 } }) };
  } finally {
    loaded.close();
  }
}

/** The key under which `pix2pix export --format safetensors` keeps the options. */
export const OPTIONS_KEY = 'pix2pix.options';

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
    const text = file.metadata.get(OPTIONS_KEY);
    const options = text === undefined ? detectedOptions(file.tensors) : parseOptions(text, path);
    const { definition: _, ...generator } = unfilled(basename(path, '.safetensors'), options);
    return fill(generator, file);
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
  const { definition: _, ...generator } = unfilled(name, detectedOptions(tensors));
  return fill(generator, {
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

function unfilled(name: string, options: Readonly<Record<string, unknown>>, wanted?: string) {
  const opt = restoreTrainOptions(options, registeredExtensions());
  const graph = buildModel(findModel(opt.model), opt as unknown as ModelOptions);
  const definition = findGeneratorOf(graph, wanted);
  const { inputNc, outputNc, apply } = definition;
  const network = graph.networks[definition.network];
  const { netG, norm } = opt;
  return {
    name,
    definition,
    network,
    weights: new Map<State, StateData>(),
    inputNc,
    outputNc,
    apply,
    netG,
    norm,
    options: definition.network === 'G_B' ? reversedOptions(options) : options,
  };
}

/** Of the reference's files the one that is wanted; by default G, or the first of G_A and G_B. */
function generatorFile(files: ReadonlyMap<string, string>, wanted?: string): string | undefined {
  if (wanted !== undefined) return files.get(wanted);
  const names = [...files.keys()].filter((name) => /^G(_|$)/.test(name)).sort();
  return files.get(names[0]);
}

/** A file of weights, open. */
interface WeightFile extends Pick<SafetensorsFile, 'read' | 'readInto' | 'path'> {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly dtype: string }>;
}

function fill(generator: TrainedGenerator, file: WeightFile): TrainedGenerator {
  const { network } = generator;
  requireSameTensors(
    new Map(network.states.map(({ name, type }) => [name, type.shape])),
    file.tensors,
    file.path,
  );
  const weights = network.states.map((state) => [state, readState(state, file)] as const);
  return { ...generator, weights: new Map(weights) };
}

function readState({ name, type }: State, file: WeightFile): StateData {
  requireType(name, file, type.dtype === 'i64');
  if (type.dtype === 'i64') return BigInt64Array.of(BigInt(file.read(name).data[0] ?? 0));
  const isPlain = file.tensors.get(name)!.dtype === 'F32';
  const data = isPlain ? new Float32Array(elementCount(type.shape)) : toFloats(file.read(name));
  if (isPlain) file.readInto(name, data);
  requireUsableWeights(data, name, file.path);
  return data;
}

function requireType(name: string, file: WeightFile, isCounter: boolean): void {
  const tensor = file.tensors.get(name)!;
  if (isCounter ? tensor.dtype === 'I64' : isFloating(tensor)) return;
  const facts = {
    file: file.path,
    found: tensor.dtype,
    expected: isCounter ? 'I64' : 'F32, F16, BF16 or F64',
  };
  throw new Pix2PixError(`tensor ${name} is of another type`, facts, 'export the generator again');
}

function parseOptions(text: string, place: string): Record<string, unknown> {
  try {
    const options = JSON.parse(text);
    if (typeof options === 'object' && options !== null) return options;
  } catch {
    // said below
  }
  throw new Pix2PixError('the options in this file are no JSON', { file: place }, 'export it again');
}

function noRun(folder: string, tag: string): Pix2PixError {
  const [parent, name] = [dirname(folder), basename(folder)];
  const runs = foldersIn(parent);
  const near = nearestName(name, runs);
  return new Pix2PixError(
    `there is no checkpoint ${tag} of ${name}`,
    { 'looked in': join(parent, name), runs: runs.slice(0, 20).join(', ') || 'none' },
    near === undefined
      ? 'name a run, with --checkpoints_dir where it is not in ./checkpoints, or a file'
      : `did you mean ${near}?`,
  );
}

function foldersIn(parent: string): string[] {
  try {
    const entries = readdirSync(parent, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
