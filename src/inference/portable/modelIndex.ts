import type { GeneratorInfo } from './generatorInfo.js';

/** The file of a web export that says what the model is and where its pieces are. */
export const MODEL_INDEX = 'model.json';

/** The form of model that this version writes and reads: 2 has weights as safetensors, 1 had an ONNX graph. */
export const MODEL_FORMAT = 2;

export interface ModelIndex {
  readonly format: typeof MODEL_FORMAT;
  readonly info: GeneratorInfo;
  /** Of the safetensors file of its weights. */
  readonly bytes: number;
  /** The file's pieces in their order: files beside this one, named after their contents. */
  readonly chunks: readonly { readonly name: string; readonly bytes: number }[];
}
