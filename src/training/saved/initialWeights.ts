import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { LATEST, tagOfManifest } from '../../checkpoints/format/checkpointNames.js';
import type { StoredTensor } from '../../checkpoints/format/dtype.js';
import { requireUsableWeights } from '../../checkpoints/format/finite.js';
import { CheckpointStore } from '../../checkpoints/store.js';
import type { State } from '../../engine/ir/state.js';
import { isFloating, toFloats } from '../../interop/floats.js';
import { networkOf, readWeights } from '../../interop/importRun.js';
import { readNetworkState } from '../../interop/networkState.js';
import type { Module } from '../../models/layers/module.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { startAverages } from '../model/averagedNetworks.js';
import type { SavedModel } from '../model/savedModel.js';
import { findReferenceRun } from './referenceRun.js';

/** The weights of a network that another training has come to. */
interface FoundNetwork {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, Pick<StoredTensor, 'shape' | 'dtype'>>;
  read(name: string): StoredTensor;
}

/** The networks that were found, by name. */
type FoundNetworks = ReadonlyMap<string, FoundNetwork>;

/**
 * Replaces the weights of a new training, which have been drawn, by those that `--init_from` names: optimisers, schedule and
 * counters begin anew. Networks that it has not stay as they are.
 *
 * @returns what a person should know: where weights are from, and what starts afresh
 * @throws Pix2PixError where there is nothing of the kind; and without `--init_partial` where anything does not fit
 */
export async function loadInitialWeights(model: SavedModel, opt: TrainOptions): Promise<string[]> {
  const { initFrom, initPartial, checkpointsDir } = opt;
  if (initFrom === '') return [];
  const { networks, close } = findNetworks(initFrom, checkpointsDir);
  try {
    const own = Object.entries(model.usedNetworks());
    if (!own.some(([name]) => networks.has(name))) throw nothingFits(initFrom, networks, own);
    const notes: string[] = [];
    for (const [name, network] of own) {
      const found = networks.get(name);
      notes.push(
        found === undefined
          ? `${name} starts afresh: ${initFrom} has none`
          : await fill(name, network, found),
      );
    }
    await startAverages(model.trained);
    return notes;
  } finally {
    close();
  }

  async function fill(name: string, network: Module, found: FoundNetwork): Promise<string> {
    const misfits = network.states.flatMap((state) => misfitOf(state, found) ?? []);
    if (misfits.length > 0 && !initPartial) throw doesNotFit(name, found, misfits);
    const isMisfit = new Set(misfits.map(({ state }) => state));
    const fitting = network.states.filter((state) => !isMisfit.has(state));
    if (fitting.length === 0) throw doesNotFit(name, found, misfits);
    for (const state of fitting) await upload(state, found);
    const from = `${name} begins with the weights of ${found.file}`;
    if (misfits.length === 0) return from;
    return `${from}, but for ${misfits.length} of ${network.states.length} tensors, which start afresh: ${inWords(misfits)}`;
  }

  async function upload(state: State, found: FoundNetwork): Promise<void> {
    const tensor = found.read(state.name);
    if (state.type.dtype === 'i64')
      return model.device.upload(state, BigInt64Array.of(BigInt(tensor.data[0] ?? 0)));
    const weights = toFloats(tensor);
    requireUsableWeights(weights, state.name, found.file);
    return model.device.upload(state, weights);
  }
}

interface Misfit {
  readonly state: State;
  /** `[64,4,4,4], found [64,3,4,4]` */
  readonly why: string;
}

function misfitOf(state: State, { tensors }: FoundNetwork): Misfit | undefined {
  const { shape, dtype } = state.type;
  const found = tensors.get(state.name);
  if (found === undefined) return { state, why: `[${shape}], not there` };
  const isAlike = dtype === 'i64' ? found.dtype === 'I64' : isFloating(found);
  if (isAlike && `${found.shape}` === `${shape}`) return undefined;
  return { state, why: `[${shape}], found [${found.shape}]` };
}

/** So many are named. */
const SHOWN = 8;

function inWords(misfits: readonly Misfit[]): string {
  const shown = misfits.slice(0, SHOWN).map(({ state, why }) => `${state.name} ${why}`);
  const more = misfits.length > SHOWN ? ` and ${misfits.length - SHOWN} more` : '';
  return shown.join('; ') + more;
}

function doesNotFit(network: string, { file }: FoundNetwork, misfits: readonly Misfit[]): Pix2PixError {
  return new Pix2PixError(
    `the weights of --init_from do not fit ${network}`,
    { file, [`${misfits.length} tensors`]: inWords(misfits) },
    'pass the options of networks that those weights were trained with, or --init_partial: what does not fit then starts afresh',
  );
}

function nothingFits(
  from: string,
  networks: FoundNetworks,
  own: readonly (readonly [string, Module])[],
): Pix2PixError {
  return new Pix2PixError(
    '--init_from has none of the networks of this model',
    {
      '--init_from': from,
      has: [...networks.keys()].join(', ') || 'none',
      wanted: own.map(([name]) => name).join(', '),
    },
    'name a run of the same --model, or files <tag>_net_<network> of it',
  );
}

function findNetworks(from: string, checkpointsDir: string): { networks: FoundNetworks; close(): void } {
  const parts = from.split(',').filter((part) => part !== '');
  if (parts.every((part) => /\.(pth|pt|safetensors|pict)$/i.test(part)))
    return { networks: new Map(parts.map(networkInFile)), close: () => {} };
  const places = [from, join(checkpointsDir, from)];
  const tag = tagOfManifest(basename(from));
  const manifest = places.find((place) => tag !== undefined && isFile(place));
  if (manifest !== undefined) return networksOfRun(dirname(resolve(manifest)), tag ?? LATEST);
  return networksOfRun(places.reverse().find((place) => existsSync(place)) ?? from, LATEST);
}

/** Which network it is, the file's name says, `latest_net_G_A.pth`; or else what is in it. */
function networkInFile(file: string): [string, FoundNetwork] {
  const tensors = readWeights(file);
  const name = /_net_(\w+?)(?:_ema)?\.\w+$/.exec(basename(file))?.[1] ?? networkOf(tensors);
  return [name, { file, tensors, read: (tensor) => tensors.get(tensor)! }];
}

function noRun(place: string, holds: string): Pix2PixError {
  return new Pix2PixError(
    'there is no run to begin with',
    { '--init_from': place, holds },
    'name a run of --checkpoints_dir, its folder, one of its checkpoints as RUN/5.json, or a file .pth, .safetensors or .pict',
  );
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function networksOfRun(folder: string, tag: string): { networks: FoundNetworks; close(): void } {
  if (isFile(folder)) throw noRun(folder, 'a file that is none of weights');
  const checkpoints = new CheckpointStore(folder, { onWarning: () => {} });
  const reference = findReferenceRun(checkpoints, tag);
  if (reference !== undefined) {
    const networks = [...reference.files].map(([name, file]): [string, FoundNetwork] => {
      const tensors = readNetworkState(file);
      return [name, { file, tensors, read: (tensor) => tensors.get(tensor)! }];
    });
    return { networks: new Map(networks), close: () => {} };
  }
  if (checkpoints.list().length === 0)
    throw noRun(folder, existsSync(folder) ? 'no checkpoint' : 'nothing: there is no such folder');
  const loaded = checkpoints.load(tag, { state: false });
  const networks = [...loaded.networks].map(([name, file]): [string, FoundNetwork] => [
    name,
    { file: file.path, tensors: file.tensors, read: (tensor) => file.read(tensor) },
  ]);
  return { networks: new Map(networks), close: () => loaded.close() };
}
