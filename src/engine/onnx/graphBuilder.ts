import { create } from '@bufbuild/protobuf';
import type { Emitter, OnnxAttribute } from '../ir/emitter.js';
import { onnxDataType } from '../ir/emitter.js';
import type { DType } from '../ir/tensorType.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type TypeProto,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';

/** Collects the nodes and constants of one ONNX graph; equal nodes and constants are made once. */
export class GraphBuilder implements Emitter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  private readonly known = new Map<string, string>();
  private readonly reshapedFrom = new Map<string, string>();
  private scope = '';
  private apart = '';

  /**
   * Names the nodes that follow after `scope`, which profiles show. Nodes that are kept apart are shared only among
   * those that are `apart` by the same word.
   */
  begin(scope: string, apart = ''): void {
    this.scope = scope;
    this.apart = apart;
  }

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    return this.once(`${this.apart}${opType}(${inputs.join()})${JSON.stringify(attributes)}`, (output) => {
      const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
      const name = `${this.scope}/${opType}_${output}`;
      this.nodes.push(
        create(NodeProtoSchema, { opType, name, input: [...inputs], output: [output], attribute }),
      );
    });
  }

  float(values: number | readonly number[], shape: readonly number[] = []): string {
    const data = typeof values === 'number' ? [values] : values;
    return this.constant(TensorProto_DataType.FLOAT, shape, Float32Array.from(data));
  }

  ints(values: readonly number[]): string {
    return this.constant(
      TensorProto_DataType.INT64,
      [values.length],
      BigInt64Array.from(values, (value) => BigInt(value)),
    );
  }

  reshape(input: string, shape: readonly number[]): string {
    const source = this.reshapedFrom.get(input) ?? input;
    const output = this.node('Reshape', [source, this.ints(shape)]);
    this.reshapedFrom.set(output, source);
    return output;
  }

  /** The value of which `name` is a reshaped view, with the same bytes; `name` itself if it is none. */
  beforeReshape(name: string): string {
    return this.reshapedFrom.get(name) ?? name;
  }

  /** Another name for the same value, always a new one. */
  copy(input: string): string {
    return this.once(`copy ${this.known.size}`, (output) => {
      this.nodes.push(
        create(NodeProtoSchema, { opType: 'Identity', name: output, input: [input], output: [output] }),
      );
    });
  }

  /** A constant tensor from its bytes, which are not copied: for weights, too many to be compared with others. */
  tensor(dataType: TensorProto_DataType, dims: readonly number[], data: ArrayBufferView): string {
    return this.once(`tensor ${this.known.size}`, (name) => this.initialise(name, dataType, dims, data));
  }

  private constant(
    dataType: TensorProto_DataType,
    dims: readonly number[],
    data: Float32Array | BigInt64Array,
  ) {
    const words = new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4); // 0 and -0 differ in bits
    return this.once(`${dataType}[${dims.join()}]:${words.join()}`, (name) =>
      this.initialise(name, dataType, dims, data),
    );
  }

  private initialise(
    name: string,
    dataType: TensorProto_DataType,
    dims: readonly number[],
    data: ArrayBufferView,
  ): void {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength) as Uint8Array<ArrayBuffer>;
    this.initializers.push(create(TensorProtoSchema, { name, dataType, dims: dims.map(BigInt), rawData }));
  }

  /** The name of the value that is made as number `index`. */
  protected nameOf(index: number): string {
    return `t${index}`;
  }

  private once(key: string, make: (name: string) => void): string {
    let name = this.known.get(key);
    if (name === undefined) {
      name = this.nameOf(this.known.size);
      this.known.set(key, name);
      make(name);
    }
    return name;
  }
}

function attributeProto(name: string, value: OnnxAttribute): AttributeProto {
  const type = AttributeProto_AttributeType;
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value) });
  }
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: type.STRING, s: new TextEncoder().encode(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: type.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: type.INTS, ints: value.map(BigInt) });
}

/** An extent of a graph's input or output: a number, or the name of one that each run may choose. */
export type Extent = number | string;

/** Declares a graph input or output; without a shape, the runtime infers it. */
export function tensorInfo(name: string, dtype: DType, shape: readonly Extent[] | undefined): ValueInfoProto {
  const dim = shape?.map((extent) => ({
    value:
      typeof extent === 'string'
        ? { case: 'dimParam' as const, value: extent }
        : { case: 'dimValue' as const, value: BigInt(extent) },
  }));
  const tensor = { elemType: onnxDataType[dtype], ...(dim === undefined ? {} : { shape: { dim } }) };
  return create(ValueInfoProtoSchema, { name, type: tensorTypeProto(tensor) });
}

function tensorTypeProto(value: { elemType: number }): TypeProto {
  return create(TypeProtoSchema, { value: { case: 'tensorType', value } });
}

/** Declares a graph output that is a sequence of f32 tensors. */
export function sequenceInfo(name: string): ValueInfoProto {
  const elemType = tensorTypeProto({ elemType: TensorProto_DataType.FLOAT });
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'sequenceType', value: { elemType } } },
  });
}
