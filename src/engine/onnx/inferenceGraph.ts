import { create } from '@bufbuild/protobuf';
import { reachable } from '../ir/program.js';
import type { State } from '../ir/state.js';
import type { Value } from '../ir/value.js';
import { evaluate, type Known } from './constantArithmetic.js';
import { type FoldedConvolution, foldable, foldedParameters, followedBy } from './foldedConvolution.js';
import { GraphBuilder, tensorInfo } from './graphBuilder.js';
import { IR_VERSION, OPSET } from './lower.js';
import type { Precision } from './modelForm.js';
import { type ModelProto, ModelProtoSchema, TensorProto_DataType } from './onnx_pb.js';
import { isUpsampling, writeUpsampling } from './upsampling.js';
import { storeWeight } from './weightStorage.js';

/** The names of the input and the output of every graph of this kind. */
export const [INPUT, OUTPUT] = ['image', 'translation'];

/** A generator as a value of its input, and its weights. */
export interface InferenceRequest {
  /** f32[1, C, H, W] in -1 ... 1, an input of the trace; any H and W that the network takes. */
  readonly input: Value;
  /** f32[1, C', H', W'] */
  readonly output: Value;
  /** The numbers of a parameter or running statistic. They are referred to, not copied, where possible. */
  readonly weights: (state: State) => Float32Array;
  readonly precision: Precision;
}

/** A value while the graph is written: numbers, a convolution that may still take in what follows, or a name. */
type Item =
  | { readonly kind: 'known'; readonly known: Known }
  | { readonly kind: 'convolution'; readonly convolution: FoldedConvolution }
  | { readonly kind: 'named'; readonly name: string };

/**
 * A generator as an ONNX model that stands alone: weights inside, batch and size left open, normalisation by running
 * statistics folded into the convolutions, dropout left out.
 *
 * Batch normalisation by the statistics of the images themselves becomes InstanceNormalization: each image of a batch
 * is normalised by itself, so its translation does not depend on the others. That is how the reference translates, one
 * image at a time.
 *
 * The graph is traced at one size. It holds for others because nothing in it mentions a size: `lower` rules of the ops
 * of generators must not, which the self-check of the exporter tests at another one.
 */
export function inferenceGraph(request: InferenceRequest): ModelProto {
  const writer = new InferenceWriter(request);
  const { input, output } = request;
  for (const value of reachable([output])) writer.write(value);
  writer.rename(output, OUTPUT);
  const extents = (channels: number) => ['batch', channels, 'height', 'width'];
  return create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'pix2pix-ts',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'generator',
      node: writer.builder.nodes,
      initializer: writer.builder.initializers,
      input: [tensorInfo(INPUT, 'f32', extents(input.shape[1]))],
      output: [tensorInfo(OUTPUT, 'f32', extents(output.shape[1]))],
    },
  });
}

class InferenceWriter {
  readonly builder = new GraphBuilder();
  private readonly items = new Map<Value, Item>();
  private readonly written = new Map<FoldedConvolution, string>();

  constructor(private readonly request: InferenceRequest) {}

  /** Adds a value, whose operands have been added, to the graph; a convolution only when it is read. */
  write(value: Value): void {
    this.items.set(value, this.itemOf(value));
  }

  /** Gives the graph's output its name. */
  rename(value: Value, name: string): void {
    const from = this.builder.copy(this.nameOf(value));
    this.builder.nodes.find(({ output }) => output[0] === from)!.output = [name];
  }

  private itemOf(value: Value): Item {
    const { source } = value;
    if (value === this.request.input) return { kind: 'named', name: INPUT };
    switch (source.kind) {
      case 'constant':
        return { kind: 'known', known: { data: source.data, shape: source.type.shape } };
      case 'state':
        return { kind: 'known', known: { data: this.request.weights(source.state), shape: value.shape } };
      case 'input':
        // Dropout's mask, the only other input: none of the elements dropped.
        return { kind: 'known', known: { data: [1], shape: [] } };
      case 'op':
        return this.itemOfOp(value, source.op.name, source.inputs);
      default:
        throw new Error(`inference graph: ${source.kind} ${source.state.name}`);
    }
  }

  private itemOfOp(value: Value, op: string, inputs: readonly Value[]): Item {
    const operands = inputs.map((input) => this.items.get(input)!);
    const known = operands.flatMap((item) => (item.kind === 'known' ? [item.known] : []));
    if (known.length === operands.length) return { kind: 'known', known: evaluate(value, known) };
    if (op === 'detach') return operands[0];
    const convolution = foldable(value, (operand) => this.knownOf(operand));
    if (convolution !== undefined) return { kind: 'convolution', convolution };
    return (
      this.unchanged(op, operands) ??
      this.folded(op, operands) ?? { kind: 'named', name: this.node(value, op, inputs) }
    );
  }

  private knownOf(value: Value): Known | undefined {
    const item = this.items.get(value)!;
    return item.kind === 'known' ? item.known : undefined;
  }

  /** x · 1, which dropout without drops is. */
  private unchanged(op: string, [first, second]: readonly Item[]): Item | undefined {
    const isOne = second?.kind === 'known' && second.known.data.length === 1 && second.known.data[0] === 1;
    return op === 'mul' && isOne ? first : undefined;
  }

  private folded(op: string, [first, second]: readonly Item[]): Item | undefined {
    const operandIsFirst = first.kind === 'known';
    const [operand, other] = operandIsFirst ? [first, second] : [second, first];
    if (operand?.kind !== 'known' || other.kind !== 'convolution') return undefined;
    const convolution = followedBy(other.convolution, op, operand.known, operandIsFirst);
    return convolution && { kind: 'convolution', convolution };
  }

  private node(value: Value, op: string, inputs: readonly Value[]): string {
    return op === 'standardize' ? this.instanceNormalization(value, inputs) : this.lowered(value, inputs);
  }

  private lowered(value: Value, inputs: readonly Value[], names = inputs.map((input) => this.nameOf(input))) {
    if (value.source.kind !== 'op') throw new Error('inference graph: no op');
    const { op, attributes } = value.source;
    this.begin(value);
    const inputTypes = inputs.map(({ type }) => type);
    return op.lower(this.builder, names, { attributes, inputTypes, type: value.type });
  }

  private instanceNormalization(value: Value, [x, ...affine]: readonly Value[]): string {
    if (value.source.kind !== 'op') throw new Error('inference graph: no op');
    const { axes, epsilon } = value.source.attributes as { axes: readonly number[]; epsilon: number };
    if (`${axes}` !== '2,3' && `${axes}` !== '0,2,3')
      throw new Error(`inference graph: statistics over ${axes}`);
    const channels = x.shape[1];
    const [scale, shift] = [0, 1].map((i) => {
      const data = affine[i] === undefined ? undefined : this.knownOf(affine[i])?.data;
      const vector = Float32Array.from({ length: channels }, (_, c) => data?.[c] ?? 1 - i);
      return this.builder.tensor(TensorProto_DataType.FLOAT, [channels], vector);
    });
    return this.builder.node('InstanceNormalization', [this.nameOf(x), scale, shift], {
      epsilon: { float: epsilon },
    });
  }

  private nameOf(value: Value): string {
    const item = this.items.get(value)!;
    switch (item.kind) {
      case 'named':
        return item.name;
      case 'known':
        return this.builder.float(Array.from(item.known.data), item.known.shape);
      case 'convolution':
        return this.convolution(item.convolution);
    }
  }

  private convolution(convolution: FoldedConvolution): string {
    let name = this.written.get(convolution);
    if (name === undefined) {
      name = this.writeConvolution(convolution);
      this.written.set(convolution, name);
    }
    return name;
  }

  private writeConvolution(convolution: FoldedConvolution): string {
    const { value, input, axis } = convolution;
    const { shape } = convolution.weight;
    const { weight, bias } = foldedParameters(convolution);
    const { builder } = this;
    const { precision } = this.request;
    const x = this.nameOf(input);
    this.begin(value);
    if (isUpsampling(value)) return writeUpsampling(builder, x, weight, shape, bias, precision);
    const names = [x, storeWeight(builder, weight, shape, axis, precision)];
    if (bias) names.push(builder.tensor(TensorProto_DataType.FLOAT, [bias.length], bias));
    return this.lowered(value, value.operands.slice(0, names.length), names);
  }

  /** Names the nodes that follow after the value's layer. */
  private begin({ source }: Value): void {
    if (source.kind !== 'op') throw new Error('inference graph: no op');
    this.builder.begin(`${source.scope}.${source.op.name}`);
  }
}
