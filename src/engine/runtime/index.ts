// From a program to numbers: memory for its states, and its execution by ONNX Runtime.
export { Adam, type AdamConstants } from './adam.js';
export { chooseByRule } from './algorithmRules.js';
export { type CompileOptions, Executable, type RunInputs } from './executable.js';
export { initialise } from './initialise.js';
export { OptimiserMemory, type Quantity } from './optimiserMemory.js';
export type { SessionOptions, TensorArray } from './session.js';
export { StateStore } from './stateStore.js';
