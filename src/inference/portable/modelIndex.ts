import type { Colour } from '../../data/batch/labelColours.js';
import type { GeneratorInfo } from './generatorInfo.js';

/** The file of a web export that says what the model is and where its pieces are. */
export const MODEL_INDEX = 'model.json';

/** The form of model that this version writes and reads: 2 has weights as safetensors, 1 had an ONNX graph. */
export const MODEL_FORMAT = 2;

/** A colour that means something to the generator. */
export interface Brush {
  readonly colour: Colour;
  readonly name?: string | undefined;
}

export interface ModelIndex {
  readonly format: typeof MODEL_FORMAT;
  readonly info: GeneratorInfo;
  /** Of the safetensors file of its weights. */
  readonly bytes: number;
  /** The file's pieces in their order: files beside this one, named after their contents. */
  readonly chunks: readonly { readonly name: string; readonly bytes: number }[];
  /** The label colours of the data set; empty where it has none. */
  readonly brushes: readonly Brush[];
  /** Inputs to start from: files beside this one. */
  readonly examples: readonly string[];
}
