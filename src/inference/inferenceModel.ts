import { productVersion } from '../base/product.js';
import type { ModelProto } from '../engine/onnx/onnx_pb.js';
import { sizeUnit } from '../models/networks/define.js';
import { publicOptions } from '../options/serialise.js';
import { registeredExtensions } from '../training/options.js';
import { withInfo } from './infoInModel.js';
import type { GeneratorInfo } from './portable/generatorInfo.js';
import { type ModelForm, onnxModel } from './portable/onnxModel.js';
import type { TrainedGenerator } from './portable/trainedGenerator.js';

/**
 * The information about a generator that its exported file contains.
 * @param commit of the program
 */
export function describeGenerator(
  generator: TrainedGenerator,
  form: ModelForm,
  commit = 'unknown',
): GeneratorInfo {
  const { name, inputNc, outputNc, netG } = generator;
  const options = publicOptions(generator.options, registeredExtensions());
  const provenance = { options, version: productVersion, commit };
  return { name, inputNc, outputNc, unit: sizeUnit(netG), ...form, ...provenance };
}

/** The generator as a model that stands alone, with what is to be known of it inside. Parameters as above. */
export function inferenceModel(generator: TrainedGenerator, form: ModelForm, commit?: string): ModelProto {
  return withInfo(onnxModel(generator, form), describeGenerator(generator, form, commit));
}
