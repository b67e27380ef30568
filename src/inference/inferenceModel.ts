import { productVersion } from '../base/product.js';
import { type Program, withoutUpdates } from '../engine/ir/program.js';
import type { State } from '../engine/ir/state.js';
import { f32 } from '../engine/ir/tensorType.js';
import { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { type FixedSize, withFixedSize, withOpset } from '../engine/onnx/graphLimits.js';
import { type Boundary, withBoundary } from '../engine/onnx/imageBoundary.js';
import { INPUT, inferenceGraph } from '../engine/onnx/inferenceGraph.js';
import type { ModelProto } from '../engine/onnx/onnx_pb.js';
import type { Precision } from '../engine/onnx/weightStorage.js';
import { sizeUnit } from '../models/networks/define.js';
import { publicOptions } from '../options/serialise.js';
import { registeredExtensions } from '../training/options.js';
import { type GeneratorInfo, type NormMode, withInfo } from './portable/generatorInfo.js';
import type { TrainedGenerator } from './trainedGenerator.js';

/** In what form a generator is wanted. */
export interface ModelForm {
  readonly normMode: NormMode;
  readonly precision: Precision;
  readonly boundary: Boundary;
  /** An older operator set, see `INFERENCE_OPSETS`. */
  readonly opset?: number;
  /** One image of this size alone. Default: any number, any size. */
  readonly fixedSize?: FixedSize;
}

/** The smallest image with which every generator can be traced: mirrored edges need more than they add. */
const SMALLEST = 32;

/** The side of the smallest image that says all about a generator. */
export function sampleSide({ netG }: TrainedGenerator): number {
  return Math.max(SMALLEST, sizeUnit(netG));
}

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
  const { inputNc, outputNc } = generator;
  const side = sampleSide(generator);
  const { input, output } = traceGenerator(generator, form.normMode, { height: side, width: side });
  const weights = (state: State) => generator.weights.get(state) as Float32Array;
  const graph = inferenceGraph({ input, output, weights, precision: form.precision });
  const open = withBoundary(graph, form.boundary, { inputNc, outputNc });
  const sized = form.fixedSize === undefined ? open : withFixedSize(open, form.fixedSize);
  const model = form.opset === undefined ? sized : withOpset(sized, form.opset);
  return withInfo(model, describeGenerator(generator, form, commit));
}

/** The forward pass that training and `pix2pix test` make, for one image; its dropout masks are inputs. */
export function traceGenerator(
  { apply, inputNc }: Pick<TrainedGenerator, 'apply' | 'inputNc'>,
  normMode: NormMode,
  { height, width }: { readonly height: number; readonly width: number },
): { readonly input: Value; readonly output: Value; readonly program: Program } {
  const trace = new Trace(normMode === 'batch');
  const input = trace.input(INPUT, f32(1, inputNc, height, width));
  const output = apply(trace, input);
  return { input, output, program: withoutUpdates(trace.program({ output })) };
}
