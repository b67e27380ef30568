// The differentiable operations on values; each adds a node to the graph.
export { leakyRelu, relu } from './activation.js';
export { allReduce } from './allReduce.js';
export { broadcastTo, reduceSum } from './broadcast.js';
export { cast, clamp } from './cast.js';
export { constant, scalar } from './constant.js';
export { type ConvGeometry, conv2d, convTranspose2d } from './conv.js';
export { depthwiseConv2d } from './depthwise.js';
export * from './elementwise.js';
export { logSoftmax } from './logSoftmax.js';
export { matmul } from './matmul.js';
export { mean, reduceMean, sum } from './reduce.js';
export { reflectionPad } from './reflectionPad.js';
export { concat, detach, pad, reshape, slice, transpose } from './shape.js';
export { standardize, variance } from './standardize.js';
export { translatePixels } from './translatePixels.js';
export { upsample } from './upsample.js';
