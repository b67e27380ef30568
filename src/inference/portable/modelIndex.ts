import type { GeneratorInfo } from './generatorInfo.js';

/** The file of a web export that says what the model is and where its pieces are. */
export const MODEL_INDEX = 'model.json';

export interface ModelIndex {
  readonly format: 1;
  readonly info: GeneratorInfo;
  /** Of the ONNX model. */
  readonly bytes: number;
  /** The model's pieces in their order: files beside this one, named after their contents. */
  readonly chunks: readonly { readonly name: string; readonly bytes: number }[];
}
