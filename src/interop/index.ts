// From and to the files of other implementations: PyTorch's state dicts, web models of the TensorFlow port.
export { type DetectedDiscriminator, detectDiscriminator } from './detectDiscriminator.js';
export { type DetectedGenerator, detectGenerator, type Shapes } from './detectGenerator.js';
export { toFloats } from './floats.js';
export { type ImportedNetwork, importRun, readWeights } from './importRun.js';
export { readNetworkState, toNetworkState } from './networkState.js';
export { readStateDict } from './readStateDict.js';
export { writeStateDict } from './writeStateDict.js';
