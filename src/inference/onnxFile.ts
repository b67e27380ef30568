import { readFileSync, statSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { fileError } from '../base/files/systemError.js';
import { requireUsableWeights } from '../checkpoints/format/finite.js';
import { type ModelProto, ModelProtoSchema, TensorProto_DataType } from '../engine/onnx/onnx_pb.js';
import { toFloats } from '../interop/floats.js';
import { infoOf } from './infoInModel.js';
import type { GeneratorInfo } from './portable/generatorInfo.js';

/** A protobuf file ends at 2 GB. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Reads an ONNX file that `pix2pix export` has written.
 * @throws Pix2PixError when it cannot be read, is no ONNX, is a model of another origin, or has weights that are no
 *   numbers
 */
export function readOnnxFile(path: string): { readonly model: ModelProto; readonly info: GeneratorInfo } {
  const model = parse(path, readBytes(path));
  const info = infoOf(model, path);
  const [input, output] = [model.graph?.input ?? [], model.graph?.output ?? []].map((values) =>
    values.map(({ name }) => name).join(', '),
  );
  if (info !== undefined && model.graph?.input.length === 1 && model.graph.output.length === 1) {
    requireUsableWeightsWeights(model, path);
    return { model, info };
  }
  throw new Pix2PixError(
    'this ONNX file is no generator that pix2pix export has written',
    {
      file: path,
      inputs: input || 'none',
      outputs: output || 'none',
      producer: model.producerName || 'unknown',
    },
    `export the generator: ${commandLine('export', '--model', 'RUN')}`,
  );
}

function requireUsableWeightsWeights({ graph }: ModelProto, path: string): void {
  for (const { name, dataType, dims, rawData } of graph?.initializer ?? []) {
    const { buffer } = new Uint8Array(rawData); // aligned, which a part of a file need not be
    const shape = dims.map(Number);
    if (dataType === TensorProto_DataType.FLOAT) {
      requireUsableWeights(new Float32Array(buffer, 0, rawData.length >> 2), name, path);
    } else if (dataType === TensorProto_DataType.FLOAT16) {
      const data = new Uint16Array(buffer, 0, rawData.length >> 1);
      requireUsableWeights(toFloats({ dtype: 'F16', shape, data }), name, path);
    }
  }
}

function readBytes(path: string): Uint8Array {
  try {
    const stat = statSync(path); // before opening: opening a pipe would wait for ever
    if (stat.isFile() && stat.size <= MAX_BYTES) return readFileSync(path);
    const found = stat.isFile()
      ? `${stat.size} bytes, and ONNX files end at ${MAX_BYTES}`
      : 'no regular file';
    throw new Pix2PixError('the model cannot be read', { file: path, found }, 'check the path');
  } catch (error) {
    throw fileError(error, 'the model cannot be read', path);
  }
}

function parse(path: string, bytes: Uint8Array): ModelProto {
  try {
    const model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: true });
    if (model.graph !== undefined && model.graph.node.length > 0) return model;
  } catch {
    // said below
  }
  throw new Pix2PixError(
    'this is no ONNX file',
    { file: path },
    'export it again, or copy it again if it was cut off',
  );
}
