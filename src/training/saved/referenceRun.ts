import { basename, join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { namesIn } from '../../base/files/namesIn.js';
import { requireSameTensors } from '../../checkpoints/format/architecture.js';
import { isTag, LATEST } from '../../checkpoints/format/checkpointNames.js';
import { requireUsableWeights } from '../../checkpoints/format/finite.js';
import type { CheckpointStore } from '../../checkpoints/store.js';
import { initialise } from '../../engine/runtime/initialise.js';
import { detectDiscriminator } from '../../interop/detectDiscriminator.js';
import { detectGenerator } from '../../interop/detectGenerator.js';
import { isFloating, toFloats } from '../../interop/floats.js';
import { readNetworkState } from '../../interop/networkState.js';
import type { Module } from '../../models/layers/module.js';
import type { StoredOptions } from '../../options/serialise.js';
import type { LoadedFrom, SavedModel } from '../model/savedModel.js';

/** A checkpoint of the reference implementation: one state dict per network, `<tag>_net_<network>.pth`. */
export interface ReferenceRun {
  readonly tag: string;
  /** Paths by network: G, D. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * The reference's checkpoint of this tag in the run's folder, where there is a generator and no checkpoint of ours that
 * the tag may mean. Which epoch a `latest` is of, the reference does not say.
 */
export function findReferenceRun(checkpoints: CheckpointStore, tag: string): ReferenceRun | undefined {
  const isOurs = checkpoints.list().some((listed) => tag === LATEST || listed.tag === tag);
  if (!isTag(tag) || isOurs) return undefined;
  const files = new Map<string, string>();
  for (const name of namesIn(checkpoints.directory)) {
    const network = new RegExp(`^${tag}_net_(\\w{1,32})\\.pth$`).exec(name)?.[1];
    if (network !== undefined) files.set(network, join(checkpoints.directory, name));
  }
  return generatorOf(files) === undefined ? undefined : { tag, files };
}

/**
 * The options that the networks show: `netG`, `ngf`, channels, `norm`, and in a training those of the discriminator where it is
 * there.
 *
 * @throws Pix2PixError when a file cannot be read, or holds another network than its name says
 */
export function referenceOptions(
  { files }: ReferenceRun,
  { isTrain }: { readonly isTrain: boolean },
): StoredOptions {
  const G = detectGenerator(readNetworkState(generatorOf(files)!));
  const pathD = isTrain ? firstOf(files, 'D') : undefined;
  const D = pathD && detectDiscriminator(readNetworkState(pathD));
  return {
    ...(files.has('G_A') && files.has('G_B') && { model: 'cycle_gan' }),
    netG: G.netG,
    ngf: G.ngf,
    input_nc: G.inputNc,
    output_nc: G.outputNc,
    norm: G.norm,
    ...(G.useDropout !== undefined && { no_dropout: !G.useDropout }),
    ...(D && { netD: D.netD, ndf: D.ndf, ...(D.nLayersD !== undefined && { n_layers_D: D.nLayersD }) }),
  };
}

/**
 * Fills a model's networks from the reference's files. In training a discriminator may be missing, and starts afresh:
 * published models are often generators alone.
 *
 * @param seed of what starts afresh
 * @throws Pix2PixError when a file is missing, damaged or of another architecture
 */
export async function loadReferenceRun(
  model: SavedModel,
  { tag, files }: ReferenceRun,
  seed: number,
): Promise<LoadedFrom> {
  const fresh: string[] = [];
  for (const [name, network] of Object.entries(model.usedNetworks())) {
    const path = files.get(name);
    if (path !== undefined) {
      await loadNetwork(network, path, model.device);
    } else if (name.startsWith('D')) {
      await initialise(name, network.states, model.device, seed);
      fresh.push(name);
    } else {
      const facts = { there: [...files.values()].map((file) => basename(file)).join(', ') };
      throw new Pix2PixError(`there is no ${tag}_net_${name}.pth`, facts, 'put it beside the others');
    }
  }
  // Numbered files are of the end of an epoch, or of an iteration in an unknown one.
  const iteration = /^iter_(\d+)$/.exec(tag)?.[1];
  const epoch = iteration === undefined ? Number(tag) || 0 : 1;
  return { tag, epoch, totalIters: Number(iteration ?? 0), progress: undefined, fresh };
}

async function loadNetwork(network: Module, path: string, device: SavedModel['device']): Promise<void> {
  const tensors = readNetworkState(path);
  const shapes = new Map(network.states.map((state) => [state.name, state.type.shape]));
  requireSameTensors(shapes, tensors, path);
  for (const state of network.states) {
    const tensor = tensors.get(state.name)!;
    const isCounter = state.type.dtype === 'i64';
    if (isCounter ? tensor.dtype !== 'I64' : !isFloating(tensor)) {
      const facts = { file: path, found: tensor.dtype, expected: isCounter ? 'I64' : 'floats' };
      throw new Pix2PixError(
        `tensor ${state.name} is of another type`,
        facts,
        'take the file from elsewhere',
      );
    }
    if (isCounter) await device.upload(state, tensor.data as BigInt64Array);
    else {
      const weights = toFloats(tensor);
      requireUsableWeights(weights, state.name, path);
      await device.upload(state, weights);
    }
  }
}

function generatorOf(files: ReadonlyMap<string, string>): string | undefined {
  return firstOf(files, 'G');
}

/** The file of the network of this kind: `G`, or the first of `G_A` and `G_B`. */
function firstOf(files: ReadonlyMap<string, string>, kind: string): string | undefined {
  const names = [...files.keys()].filter((name) => name === kind || name.startsWith(`${kind}_`)).sort();
  return files.get(names[0]);
}
