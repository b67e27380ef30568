import { create, toBinary } from '@bufbuild/protobuf';
import { AGAIN } from '../autodiff/recompute.js';
import { type AlgorithmChooser, chosenLowering, loweringContext } from '../ir/layer.js';
import { formatType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { GraphBuilder, sequenceInfo, tensorInfo } from './graphBuilder.js';
import { ModelProtoSchema, type NodeProto } from './onnx_pb.js';

/** The ONNX operator set that lowerings are written for. */
export const OPSET = 21n;
/** ONNX IR version 10 goes with opset 21 (ONNX 1.16). */
export const IR_VERSION = 10n;

/** Name of the empty graph output; `Session.run` explains what it is for. */
const EMPTY_SEQUENCE = 'nothing';

/** A model in ONNX's format, and the values that its inputs and outputs are, by name. */
export interface LoweredGraph {
  readonly model: Uint8Array;
  readonly feeds: ReadonlyMap<string, Value>;
  /** An output may be a reshaped view of its value: same bytes, other shape. */
  readonly fetches: ReadonlyMap<string, Value>;
}

/** A part of a program, and how to lower it. */
export interface LoweringRequest {
  /** Values that the caller supplies; the graph is cut there. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** All that lies between, operands first. */
  readonly body: readonly Value[];
  /** Asked for the layers that have several algorithms. */
  readonly choose: AlgorithmChooser;
  /** Whether to add the empty sequence as the first output. */
  readonly withEmptySequence?: boolean;
}

/** Lowers a part of a program to one ONNX model. */
export function lowerGraph({
  inputs,
  outputs,
  body,
  choose,
  withEmptySequence,
}: LoweringRequest): LoweredGraph {
  const builder = new GraphBuilder();
  const names = new Map<Value, string>(inputs.map((value) => [value, `v${value.id}`]));
  for (const value of body) {
    if (!names.has(value)) names.set(value, lowerValue(builder, value, names, choose));
  }
  const fetches = new Map<string, Value>();
  for (const value of outputs) fetches.set(outputName(builder, value, names, fetches), value);
  const feeds = new Map(inputs.map((value) => [`v${value.id}`, value]));
  // The value that a reshape was of has a shape of its own; where that is unknown here, the runtime infers it.
  const shapes = new Map([...names].map(([value, name]) => [name, value.shape]));
  const output = [...fetches].map(([name, value]) => {
    const isView = builder.beforeReshape(names.get(value)!) !== names.get(value);
    return tensorInfo(name, value.type.dtype, isView ? shapes.get(name) : value.shape);
  });
  if (withEmptySequence) {
    output.unshift(sequenceInfo(EMPTY_SEQUENCE));
    builder.node('SequenceEmpty', []);
    builder.nodes.at(-1)!.output = [EMPTY_SEQUENCE];
  }
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'pix2pix-ts',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'pix2pix',
      node: leavesLast(builder.nodes),
      initializer: builder.initializers,
      input: [...feeds].map(([name, value]) => tensorInfo(name, value.type.dtype, value.shape)),
      output,
    },
  });
  return { model: toBinary(ModelProtoSchema, model), feeds, fetches };
}

/**
 * The nodes in an order in which ONNX Runtime needs little memory. It runs a graph depth first from the nodes that
 * nobody reads, the last one first: in the order in which they were made, it would compute the gradients by weights in
 * the end, and hold on to all that they are made of until then.
 */
function leavesLast(nodes: readonly NodeProto[]): NodeProto[] {
  const read = new Set(nodes.flatMap(({ input }) => input));
  const isLeaf = ({ output }: NodeProto) => output.every((name) => !read.has(name));
  return [...nodes.filter((node) => !isLeaf(node)), ...nodes.filter(isLeaf).reverse()];
}

function lowerValue(
  builder: GraphBuilder,
  value: Value,
  names: ReadonlyMap<Value, string>,
  choose: AlgorithmChooser,
): string {
  const { source } = value;
  if (source.kind === 'constant') return builder.float(source.data, source.type.shape);
  if (source.kind !== 'op')
    throw new Error(`${source.kind} ${formatType(value.type)} is not among the inputs`);
  const { op, inputs, scope } = source;
  builder.begin(`${scope}.${op.name}`, computedAgain(scope));
  const operands = inputs.map((input) => names.get(input)!);
  return chosenLowering(value, choose).lower(builder, operands, loweringContext(value));
}

/** Empty for a value that is computed once; a word for each time that it is computed again (`recompute`). */
function computedAgain(scope: string): string {
  return new RegExp(`\\${AGAIN}\\d*`).exec(scope)?.[0] ?? '';
}

/**
 * The name under which a value leaves the graph. A reshape on the way out would copy, so its operand leaves
 * instead; inputs, constants and values that leave twice go through an Identity.
 */
function outputName(
  builder: GraphBuilder,
  value: Value,
  names: ReadonlyMap<Value, string>,
  taken: ReadonlyMap<string, Value>,
): string {
  const name = builder.beforeReshape(names.get(value)!);
  const computed = builder.nodes.some(({ output }) => output[0] === name);
  if (computed && !taken.has(name)) return name;
  return builder.copy(name);
}
