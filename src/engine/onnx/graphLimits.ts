import { create } from '@bufbuild/protobuf';
import type { Sides } from '../../base/sides.js';
import { type ModelProto, ModelProtoSchema, type ValueInfoProto } from './onnx_pb.js';

/**
 * The operator sets that an inference graph may name: its operators have the same form and meaning in all of them. Before 13,
 * dequantisation has no axis and clipping takes attributes.
 */
export const INFERENCE_OPSETS = { min: 13, max: 21 } as const;

/** The IR version that came with an operator set (ONNX's own document on versioning); older runtimes refuse newer ones. */
function irVersionOf(opset: number): bigint {
  if (opset <= 14) return 7n;
  if (opset <= 18) return 8n;
  return opset <= 20 ? 9n : 10n;
}

/** The graph under an older operator set. @param opset within `INFERENCE_OPSETS` */
export function withOpset(model: ModelProto, opset: number): ModelProto {
  const opsetImport = [{ ...model.opsetImport[0], version: BigInt(opset) }];
  return create(ModelProtoSchema, { ...model, irVersion: irVersionOf(opset), opsetImport });
}

/** The graph for one image of one size alone, as compilers for accelerators want it. */
export function withFixedSize(model: ModelProto, { width, height }: Sides): ModelProto {
  const extents: Readonly<Record<string, number>> = { batch: 1, width, height };
  for (const info of [...model.graph!.input, ...model.graph!.output]) fix(info, extents);
  return model;
}

function fix({ type }: ValueInfoProto, extents: Readonly<Record<string, number>>): void {
  if (type?.value.case !== 'tensorType') return;
  for (const dim of type.value.value.shape?.dim ?? []) {
    const extent = dim.value.case === 'dimParam' ? extents[dim.value.value] : undefined;
    if (extent !== undefined) dim.value = { case: 'dimValue', value: BigInt(extent) };
  }
}
