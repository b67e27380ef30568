import type { Sides } from '../../base/sides.js';
import type { State } from '../../engine/ir/state.js';
import { withFixedSize, withOpset } from '../../engine/onnx/graphLimits.js';
import { withBoundary } from '../../engine/onnx/imageBoundary.js';
import { inferenceGraph } from '../../engine/onnx/inferenceGraph.js';
import type { Boundary, Precision } from '../../engine/onnx/modelForm.js';
import type { ModelProto } from '../../engine/onnx/onnx_pb.js';
import type { NormMode } from './generatorInfo.js';
import { sampleSide, traceGenerator } from './generatorProgram.js';
import type { TrainedGenerator } from './trainedGenerator.js';

/** In what form a generator is wanted. */
export interface ModelForm {
  readonly normMode: NormMode;
  readonly precision: Precision;
  readonly boundary: Boundary;
  /** An older operator set, see `INFERENCE_OPSETS`. */
  readonly opset?: number;
  /** One image of this size alone. Default: any number, any size. */
  readonly fixedSize?: Sides;
}

/** The generator as a model that stands alone, for ONNX Runtime. */
export function onnxModel(generator: TrainedGenerator, form: ModelForm): ModelProto {
  const { inputNc, outputNc } = generator;
  const side = sampleSide(generator);
  const { input, output } = traceGenerator(generator, form.normMode, { height: side, width: side });
  const weights = (state: State) => generator.weights.get(state) as Float32Array;
  const graph = inferenceGraph({ input, output, weights, precision: form.precision });
  const open = withBoundary(graph, form.boundary, { inputNc, outputNc });
  const sized = form.fixedSize === undefined ? open : withFixedSize(open, form.fixedSize);
  return form.opset === undefined ? sized : withOpset(sized, form.opset);
}
