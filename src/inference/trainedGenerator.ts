import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { requireSameTensors } from '../checkpoints/architecture.js';
import type { NamedTensors } from '../checkpoints/dtype.js';
import { openSafetensors, type SafetensorsFile } from '../checkpoints/safetensors.js';
import { CheckpointStore } from '../checkpoints/store.js';
import { Pix2PixError } from '../errors/pix2pixError.js';
import type { ModelOptions } from '../models/definition.js';
import { findModel } from '../models/registry.js';
import type { Module } from '../nn/module.js';
import { fromHalf } from '../onnx/half.js';
import { nearestName } from '../options/nearest.js';
import { restoreTrainOptions } from '../options/serialise.js';
import { StateStore } from '../runtime/stateStore.js';
import { registeredExtensions } from '../training/options.js';

/** A generator of ours with its weights in memory. */
export interface TrainedGenerator {
  /** The run or file that it comes from. */
  readonly name: string;
  readonly network: Module;
  readonly store: StateStore;
  readonly inputNc: number;
  readonly outputNc: number;
  readonly netG: string;
  readonly norm: string;
  /** The options of its training, by flag. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Where runs are looked for, and which of their checkpoints is taken. */
export interface RunChoice {
  /** Default: ./checkpoints */
  readonly checkpointsDir?: string;
  /** `latest`, `best`, an epoch or `iter_N`. Default: latest. */
  readonly epoch?: string;
}

/**
 * The generator of a run.
 * @param onWarning told when a damaged checkpoint was got round
 * @throws Pix2PixError when there is no such run or checkpoint, or it is damaged
 */
export function generatorOfRun(
  folder: string,
  tag: string,
  onWarning: (message: string) => void = console.warn,
): TrainedGenerator {
  const checkpoints = new CheckpointStore(folder, { onWarning });
  const listed = checkpoints.list().filter(({ manifest }) => manifest !== undefined);
  const manifest = (listed.find((checkpoint) => checkpoint.tag === tag) ?? listed[0])?.manifest;
  if (manifest === undefined) throw noRun(folder, tag);
  const { graph, ...generator } = unfilled(basename(folder), manifest.options);
  const [network] = graph.testNetworks;
  const loaded = checkpoints.load(tag, { networks: [network], state: false });
  try {
    return fill(generator, loaded.networks.get(network)!);
  } finally {
    loaded.close();
  }
}

/** The key under which `pix2pix export --format safetensors` keeps the options. */
export const OPTIONS_KEY = 'pix2pix.options';

/**
 * The generator in a safetensors file: one that was exported, or one that lies in its run's folder.
 * @throws Pix2PixError when it is neither
 */
export function generatorOfSafetensors(path: string): TrainedGenerator {
  const ofRun = /^(.+)_net_\w+\.safetensors$/.exec(basename(path));
  const siblings = ofRun === null ? [] : readdirSync(dirname(path));
  if (ofRun !== null && siblings.includes(`${ofRun[1]}.json`)) return generatorOfRun(dirname(path), ofRun[1]);
  const file = openSafetensors(path);
  try {
    const text = file.metadata.get(OPTIONS_KEY);
    if (text === undefined) {
      throw new Pix2PixError(
        'this file does not say which network it is of',
        { file: path, metadata: [...file.metadata.keys()].join(', ') || 'none' },
        'name the run, or a file made by pix2pix export --format safetensors',
      );
    }
    const { graph: _, ...generator } = unfilled(basename(path, '.safetensors'), parseOptions(text, path));
    return fill(generator, file);
  } finally {
    file.close();
  }
}

/** A generator of given options and weights, as a reader of foreign files finds them. Throws when they do not fit. */
export function generatorOfTensors(
  name: string,
  options: Readonly<Record<string, unknown>>,
  tensors: NamedTensors,
  place: string,
): TrainedGenerator {
  const { graph: _, ...generator } = unfilled(name, options);
  return fill(generator, {
    tensors,
    path: place,
    readInto: (tensor, out) => (out as Float32Array).set(tensors.get(tensor)!.data as Float32Array),
  });
}

function unfilled(name: string, options: Readonly<Record<string, unknown>>) {
  const opt = restoreTrainOptions(options, registeredExtensions());
  const graph = findModel(opt.model).build(opt as unknown as ModelOptions);
  const network = graph.networks[graph.testNetworks[0]];
  const { inputNc, outputNc, netG, norm } = opt;
  return { name, graph, network, store: new StateStore(), inputNc, outputNc, netG, norm, options };
}

/** A file of weights, open. */
interface WeightFile extends Pick<SafetensorsFile, 'readInto' | 'path'> {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly dtype: string }>;
}

function fill(generator: TrainedGenerator, file: WeightFile): TrainedGenerator {
  const { network, store } = generator;
  requireSameTensors(
    new Map(network.states.map(({ name, type }) => [name, type.shape])),
    file.tensors,
    file.path,
  );
  store.allocate(network.states);
  for (const state of network.states) {
    if (state.type.dtype === 'i64') file.readInto(state.name, store.counter(state));
    else readFloats(file, state.name, store.floats(state));
  }
  return generator;
}

/** Numbers of single precision, or of half precision, which every half is exactly. */
function readFloats(file: WeightFile, name: string, out: Float32Array): void {
  const isHalf = file.tensors.get(name)?.dtype === 'F16';
  const data = isHalf ? new Uint16Array(out.length) : out;
  file.readInto(name, data);
  if (data instanceof Uint16Array) fromHalf(data, out);
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
