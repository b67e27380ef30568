// To and from the files of other implementations: PyTorch's state dicts.
export { type DetectedDiscriminator, detectDiscriminator } from './detectDiscriminator.js';
export { type DetectedGenerator, detectGenerator } from './detectGenerator.js';
export { isFloating, toFloats } from './floats.js';
export { readNetworkState, toNetworkState } from './networkState.js';
export { readStateDict } from './readStateDict.js';
export { writeStateDict } from './writeStateDict.js';
