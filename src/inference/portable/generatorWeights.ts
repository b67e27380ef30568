import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { requireSameTensors } from '../../checkpoints/format/architecture.js';
import { requireUsableWeights } from '../../checkpoints/format/finite.js';
import type { TensorFile } from '../../checkpoints/format/tensorFile.js';
import type { State } from '../../engine/ir/state.js';
import { elementCount } from '../../engine/ir/tensorType.js';
import type { StateData } from '../../engine/runtime/device.js';
import { isFloating, toFloats } from '../../interop/floats.js';
import { buildModel } from '../../models/buildModel.js';
import type { ModelOptions } from '../../models/definition.js';
import { findGeneratorOf } from '../../models/generators.js';
import { findModel } from '../../models/registry.js';
import type { OptionExtensions } from '../../options/extension.js';
import { restoreTrainOptions } from '../../options/serialise.js';
import { dequantised, scaleName, withoutScales } from './int8Weights.js';
import { reversedOptions } from './reversedOptions.js';
import type { TrainedGenerator } from './trainedGenerator.js';

/** The key under which an exported safetensors file keeps the options of the training. */
export const OPTIONS_KEY = 'pix2pix.options';

/** A file of weights, open; of others' formats too, which have no metadata. */
export type WeightFile = Omit<TensorFile, 'metadata'> & Partial<Pick<TensorFile, 'metadata'>>;

/**
 * The generator of a training with these options, before it has weights.
 *
 * @param wanted its network, of a model that has several
 * @throws Pix2PixError when the options are not valid, or the model has no such generator
 */
export function emptyGenerator(
  name: string,
  options: Readonly<Record<string, unknown>>,
  extensions: OptionExtensions,
  wanted?: string,
) {
  const opt = restoreTrainOptions(options, extensions);
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

/**
 * The generator with the weights of a file: floats of any width, or bytes with a scale for each output channel.
 * @throws Pix2PixError when they are of another network, or not all numbers
 */
export function fillGenerator(generator: TrainedGenerator, file: WeightFile): TrainedGenerator {
  const { network } = generator;
  requireSameTensors(
    new Map(network.states.map(({ name, type }) => [name, type.shape])),
    withoutScales(file.tensors),
    file.path,
  );
  const weights = network.states.map((state) => [state, readState(state, file)] as const);
  return { ...generator, weights: new Map(weights) };
}

function readState({ name, type }: State, file: WeightFile): StateData {
  requireType(name, file, type.dtype === 'i64');
  if (type.dtype === 'i64') return BigInt64Array.of(BigInt(file.read(name).data[0] ?? 0));
  if (file.tensors.get(name)!.dtype === 'I8') return floatsOfBytes(name, file);
  const isPlain = file.tensors.get(name)!.dtype === 'F32';
  const data = isPlain ? new Float32Array(elementCount(type.shape)) : toFloats(file.read(name));
  if (isPlain) file.readInto(name, data);
  requireUsableWeights(data, name, file.path);
  return data;
}

function requireType(name: string, file: WeightFile, isCounter: boolean): void {
  const tensor = file.tensors.get(name)!;
  if (isCounter ? tensor.dtype === 'I64' : isFloating(tensor) || tensor.dtype === 'I8') return;
  const facts = {
    file: file.path,
    found: tensor.dtype,
    expected: isCounter ? 'I64' : 'F32, F16, BF16, F64 or I8',
  };
  throw new Pix2PixError(`tensor ${name} is of another type`, facts, 'export the generator again');
}

function floatsOfBytes(name: string, file: WeightFile): Float32Array {
  const scales = scaleName(name);
  if (!file.tensors.has(scales)) {
    const fix = 'export the generator again';
    throw new Pix2PixError(`tensor ${name} has no scales`, { file: file.path, missing: scales }, fix);
  }
  const data = dequantised(file.read(name), file.read(scales), file.path);
  requireUsableWeights(data, name, file.path);
  return data;
}

/**
 * The options that an exported file has in its metadata; undefined for a file of another origin.
 * @throws Pix2PixError when they are no JSON
 */
export function optionsInFile({ metadata, path }: WeightFile): Record<string, unknown> | undefined {
  const text = metadata?.get(OPTIONS_KEY);
  if (text === undefined) return undefined;
  try {
    const options = JSON.parse(text);
    if (typeof options === 'object' && options !== null) return options;
  } catch {
    // said below
  }
  throw new Pix2PixError('the options in this file are no JSON', { file: path }, 'export it again');
}
