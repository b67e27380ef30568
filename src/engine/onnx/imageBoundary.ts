import { create } from '@bufbuild/protobuf';
import { type Extent, GraphBuilder, tensorInfo } from './graphBuilder.js';
import { INPUT, OUTPUT } from './inferenceGraph.js';
import type { Boundary } from './modelForm.js';
import { type GraphProto, type ModelProto, ModelProtoSchema, TensorProto_DataType } from './onnx_pb.js';

/** The type of a graph's images at a boundary. */
function boundaryInfo(name: string, boundary: Boundary, channels: number) {
  const extents: Extent[] =
    boundary === 'uint8' ? ['batch', 'height', 'width', channels] : ['batch', channels, 'height', 'width'];
  return tensorInfo(name, boundary === 'uint8' ? 'u8' : 'f32', extents);
}

/**
 * Puts the conversions of another boundary around a graph whose own is `float`. Its weights are shared, not copied.
 * Bytes are rounded as `toImageBatch` does: to nearest, ties to even, limited to 0 ... 255.
 */
export function withBoundary(model: ModelProto, boundary: Boundary, channels: ChannelCounts): ModelProto {
  if (boundary === 'float') return model;
  const inner = model.graph!;
  const before = new ConversionBuilder('before');
  const after = new ConversionBuilder('after');
  const converted = before.toNetwork(INPUT, boundary);
  const rename = (name: string) => (name === INPUT ? converted : name === OUTPUT ? 'raw' : name);
  const nodes = inner.node.map((node) => ({
    ...node,
    input: node.input.map(rename),
    output: node.output.map(rename),
  }));
  after.fromNetwork('raw', boundary);
  const graph = {
    ...inner,
    node: [...before.nodes, ...nodes, ...after.nodes],
    initializer: [...before.initializers, ...after.initializers, ...inner.initializer],
    input: [boundaryInfo(INPUT, boundary, channels.inputNc)],
    output: [boundaryInfo(OUTPUT, boundary, channels.outputNc)],
  } satisfies GraphProto;
  return create(ModelProtoSchema, { ...model, graph });
}

/** Channels of a generator's input and output. */
export interface ChannelCounts {
  readonly inputNc: number;
  readonly outputNc: number;
}

/** Names its nodes so that they do not meet those of the graph inside. */
class ConversionBuilder extends GraphBuilder {
  constructor(private readonly prefix: string) {
    super();
    this.begin(prefix);
  }

  protected override nameOf(index: number): string {
    return `${this.prefix}${index}`;
  }

  /** Adds the conversion of an image to f32 NCHW in -1 ... 1 and returns its name. */
  toNetwork(image: string, boundary: Boundary): string {
    let x = image;
    if (boundary === 'uint8') {
      const floats = this.node('Cast', [x], { to: TensorProto_DataType.FLOAT });
      x = this.node('Transpose', [floats], { perm: [0, 3, 1, 2] });
    }
    return this.node('Add', [this.node('Mul', [x, this.float(2 / 255)]), this.float(-1)]);
  }

  /** Adds the conversion of a network's result, whose name is the graph's output from then on. */
  fromNetwork(translation: string, boundary: Boundary): void {
    const shifted = this.node('Add', [translation, this.float(1)]);
    const levels = this.node('Mul', [shifted, this.float(127.5)]);
    let y = this.node('Clip', [levels, this.float(0), this.float(255)]);
    if (boundary === 'uint8') {
      const bytes = this.node('Cast', [this.node('Round', [y])], { to: TensorProto_DataType.UINT8 });
      y = this.node('Transpose', [bytes], { perm: [0, 2, 3, 1] });
    }
    this.nodes.find(({ output }) => output[0] === y)!.output = [OUTPUT];
  }
}
