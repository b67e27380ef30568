// Parts of networks and of their training: layers, initialisers, losses, optimisers.
export { identityLayer, leakyReluLayer, reluLayer, tanhLayer } from './activation.js';
export { type AdamOptions, adam, learningRateOf } from './adam.js';
export { type ConvOptions, type ConvTransposeOptions, convLayer, convTransposeLayer } from './conv.js';
export { dropout } from './dropout.js';
export { gradientPenalty } from './gradientPenalty.js';
export {
  type InitOptions,
  type InitType,
  initTypes,
  scaleInitialiser,
  weightInitialiser,
} from './initialise.js';
export { crossEntropy, type GanMode, ganLoss, ganModes, generatorGanLoss, l1Loss } from './losses.js';
export { type Module, parameterCount, parametersOf, stateless } from './module.js';
export { biasBefore, type NormFactory, type NormType, normLayer, normTypes } from './norm.js';
export { type LayerFactory, type Sequential, sequential } from './sequential.js';
