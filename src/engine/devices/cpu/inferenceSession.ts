import { create, toBinary } from '@bufbuild/protobuf';
import type * as Ort from 'onnxruntime-common';
import {
  type ModelProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from '../../onnx/onnx_pb.js';
import { createSession, onnxRuntime } from './onnxRuntime.js';
import { sessionOptions } from './sessionOptions.js';

export interface InferenceOptions {
  /** Threads of one operator; 0 means one per core. */
  readonly threads: number;
  /** Whether to start at once, at the price of a fifth of the speed: weights stay in the layout in which they are. */
  readonly startsFast?: boolean;
}

/** Elements and their extents, in the layout that the graph declares. */
export interface Images<Data extends Float32Array | Uint8Array = Float32Array | Uint8Array> {
  readonly data: Data;
  readonly shape: readonly number[];
}

/** From so many bytes on, an initialiser is handed over beside the model. */
const LARGE = 4096;

/** A graph of one input with its weights inside, optimised for them. Runs must not overlap. */
export class InferenceSession {
  private constructor(private readonly session: Ort.InferenceSession) {}

  /** As `Device.notice`. */
  static get notice(): string | undefined {
    return onnxRuntime().notice;
  }

  /**
   * Weights are given to the runtime as they lie in memory: as part of a serialised model they would be copied four
   * times on the way.
   */
  static async create(model: ModelProto, options: InferenceOptions): Promise<InferenceSession> {
    const externalData: { path: string; data: Uint8Array }[] = [];
    const initializer = model.graph!.initializer.map((tensor) => {
      if (tensor.rawData.byteLength < LARGE) return tensor;
      const path = `weight${externalData.length}`;
      externalData.push({ path, data: tensor.rawData });
      return external(tensor, path);
    });
    const light = create(ModelProtoSchema, { ...model, graph: { ...model.graph!, initializer } });
    const session = await createSession(toBinary(ModelProtoSchema, light), {
      ...settings(options),
      externalData,
    });
    return new InferenceSession(session);
  }

  /** From the bytes of a file. */
  static async open(file: Uint8Array, options: InferenceOptions): Promise<InferenceSession> {
    return new InferenceSession(await createSession(file, settings(options)));
  }

  /** The graph's first output. */
  async run(images: Images): Promise<Images> {
    return (await this.runAll(images))[this.session.outputNames[0]];
  }

  /** All outputs of the graph by name. */
  async runAll(images: Images): Promise<Readonly<Record<string, Images>>> {
    const { Tensor } = onnxRuntime().ort;
    const type = images.data instanceof Float32Array ? 'float32' : 'uint8';
    const feeds = { [this.session.inputNames[0]]: new Tensor(type, images.data, images.shape) };
    const outputs = Object.entries(await this.session.run(feeds));
    return Object.fromEntries(
      outputs.map(([name, { data, dims }]) => [name, { data: data as Images['data'], shape: dims }]),
    );
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

function settings({ threads, startsFast = false }: InferenceOptions): Ort.InferenceSession.SessionOptions {
  return {
    ...sessionOptions(threads, {
      disable_quant_qdq: '1', // int8 weights are unpacked once, when they are loaded
      disable_prepacking: startsFast ? '1' : '0', // each run packs its weights anew
    }),
    graphOptimizationLevel: startsFast ? 'extended' : 'all',
  };
}

function external({ name, dims, dataType, rawData }: TensorProto, path: string): TensorProto {
  const entries = { location: path, offset: '0', length: `${rawData.byteLength}` };
  const externalData = Object.entries(entries).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  const dataLocation = TensorProto_DataLocation.EXTERNAL;
  return create(TensorProtoSchema, { name, dims: [...dims], dataType, dataLocation, externalData });
}
