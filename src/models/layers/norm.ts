import { ShapeError } from '../../engine/ir/shapeError.js';
import { State } from '../../engine/ir/state.js';
import { f32, formatType, i64 } from '../../engine/ir/tensorType.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { add, div, mul, scale, shift, sqrt, sub } from '../../engine/ops/elementwise.js';
import { reduceMean } from '../../engine/ops/reduce.js';
import { reshape } from '../../engine/ops/shape.js';
import { standardize, variance } from '../../engine/ops/standardize.js';
import { type InitOptions, scaleInitialiser, zeros } from './initialise.js';
import { stateless } from './module.js';
import type { LayerFactory } from './sequential.js';

/** The choices of `--norm`. */
export const normTypes = ['batch', 'instance', 'none'] as const;
/** One of `normTypes`. */
export type NormType = (typeof normTypes)[number];

const EPSILON = 1e-5;
/** How far the running statistics move towards those of the batch. */
const MOMENTUM = 0.1;

/** Makes the normalisation layer for a number of channels. */
export type NormFactory = (channels: number) => LayerFactory;

/** The reference's `get_norm_layer`: batch with scale and shift, instance without, or none (which takes an index too). */
export function normLayer(type: NormType, init: InitOptions): NormFactory {
  switch (type) {
    case 'batch':
      return (channels) => batchNorm(channels, init);
    case 'instance':
      return () => () => stateless((x) => standardize(x, [2, 3], EPSILON));
    case 'none':
      return () => () => stateless((x) => x);
  }
}

/** A convolution before a batch norm needs no bias: the norm subtracts it again. */
export function biasBefore(type: NormType): boolean {
  return type === 'instance';
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015). Training, it normalises by the batch's mean and biased variance and
 * moves the running mean and unbiased variance; otherwise it normalises by the running ones.
 */
function batchNorm(channels: number, init: InitOptions): LayerFactory {
  return (prefix) => {
    const vector = f32(channels);
    const weight = new State(`${prefix}.weight`, vector, 'parameter', scaleInitialiser(init));
    const bias = new State(`${prefix}.bias`, vector, 'parameter', zeros);
    const runningMean = new State(`${prefix}.running_mean`, vector, 'buffer', zeros);
    const runningVar = new State(`${prefix}.running_var`, vector, 'buffer', { kind: 'constant', value: 1 });
    const tracked = new State(`${prefix}.num_batches_tracked`, i64(), 'counter', zeros);
    const perChannel = (x: Value) => reshape(x, [1, channels, 1, 1]);

    const moveStatistics = (trace: Trace, x: Value) => {
      const count = (x.shape[0] * x.shape[2] * x.shape[3]) as number;
      if (count === 1) {
        const facts = { x: formatType(x.type) };
        throw new ShapeError('batchNorm: one value per channel has no variance', facts, 'use larger images');
      }
      const unbiased = scale(variance(x, [0, 2, 3]), count / (count - 1));
      const towards = (state: State, value: Value) =>
        trace.write(
          state,
          add(scale(trace.read(state), 1 - MOMENTUM), scale(reshape(value, [channels]), MOMENTUM)),
        );
      towards(runningMean, reduceMean(x, [0, 2, 3]));
      towards(runningVar, unbiased);
      trace.count(tracked);
    };

    const normalise = (trace: Trace, x: Value) => {
      const affine = { scale: perChannel(trace.read(weight)), shift: perChannel(trace.read(bias)) };
      if (trace.training) {
        moveStatistics(trace, x);
        return standardize(x, [0, 2, 3], EPSILON, affine);
      }
      const deviation = sqrt(shift(trace.read(runningVar), EPSILON));
      const normalised = div(sub(x, perChannel(trace.read(runningMean))), perChannel(deviation));
      return add(mul(normalised, affine.scale), affine.shift);
    };

    return { states: [weight, bias, runningMean, runningVar, tracked], apply: normalise };
  };
}
