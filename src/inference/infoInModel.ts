import { create } from '@bufbuild/protobuf';
import { type ModelProto, StringStringEntryProtoSchema } from '../engine/onnx/onnx_pb.js';
import { type GeneratorInfo, parseInfo } from './portable/generatorInfo.js';

/** The entry of a model's metadata that has the information. */
const KEY = 'pix2pix';

/** The model with the information in its metadata. */
export function withInfo(model: ModelProto, info: GeneratorInfo): ModelProto {
  const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
  model.producerVersion = info.version;
  model.metadataProps = [
    entry(KEY, JSON.stringify(info)),
    entry('norm_mode', info.normMode),
    entry('precision', info.precision),
    entry('commit', info.commit),
  ];
  return model;
}

/** The information that `withInfo` has put into a model; undefined for a model of another origin. */
export function infoOf(model: ModelProto, place: string): GeneratorInfo | undefined {
  const text = model.metadataProps.find(({ key }) => key === KEY)?.value;
  return text === undefined ? undefined : parseInfo(text, place);
}
