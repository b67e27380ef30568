import { TooSmallError } from '../../engine/ir/shapeError.js';
import { State } from '../../engine/ir/state.js';
import { f32, formatType, i64 } from '../../engine/ir/tensorType.js';
import type { BatchShare, Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { allReduce } from '../../engine/ops/allReduce.js';
import { scalar } from '../../engine/ops/constant.js';
import { add, div, mul, scale, shift, sqrt, square, sub } from '../../engine/ops/elementwise.js';
import { reduceMean } from '../../engine/ops/reduce.js';
import { reshape } from '../../engine/ops/shape.js';
import { standardize, variance } from '../../engine/ops/standardize.js';
import { identityLayer } from './activation.js';
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
      return () => identityLayer;
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

    const moveStatistics = (trace: Trace, { mean, variance, count, x }: BatchStatistics & { x: Value }) => {
      if (count === 1) {
        const facts = { x: formatType(x.type) };
        throw new TooSmallError(
          'batchNorm: one value per channel has no variance',
          facts,
          'use larger images',
        );
      }
      const towards = (state: State, value: Value) =>
        trace.write(
          state,
          add(scale(trace.read(state), 1 - MOMENTUM), scale(reshape(value, [channels]), MOMENTUM)),
        );
      towards(runningMean, mean);
      towards(runningVar, scale(variance, count / (count - 1))); // unbiased
      trace.count(tracked);
    };

    const normalise = (trace: Trace, x: Value) => {
      const affine = { scale: perChannel(trace.read(weight)), shift: perChannel(trace.read(bias)) };
      if (trace.training) {
        const statistics = batchStatistics(trace, x);
        moveStatistics(trace, { ...statistics, x });
        return statistics.normalised(affine);
      }
      const deviation = sqrt(shift(trace.read(runningVar), EPSILON));
      const normalised = div(sub(x, perChannel(trace.read(runningMean))), perChannel(deviation));
      return add(mul(normalised, affine.scale), affine.shift);
    };

    return { states: [weight, bias, runningMean, runningVar, tracked], apply: normalise };
  };
}

/** Statistics over images and places, f32[1, C, 1, 1], and the batch normalised by them. */
interface BatchStatistics {
  readonly mean: Value;
  /** Biased. */
  readonly variance: Value;
  /** The elements of a channel that they are of. */
  readonly count: number;
  normalised(affine: { readonly scale: Value; readonly shift: Value }): Value;
}

const OVER = [0, 2, 3];

function batchStatistics({ share }: Trace, x: Value): BatchStatistics {
  const [images, , height, width] = x.shape;
  if (share?.syncNorm) return synchronisedStatistics(x, share);
  return {
    mean: reduceMean(x, OVER),
    variance: variance(x, OVER),
    count: images * height * width,
    normalised: (affine) => standardize(x, OVER, EPSILON, affine),
  };
}

/**
 * Those of the whole batch, of which every process has a part: sums over the processes of means that count by their share,
 * first the mean, then that of squared distances to it, so that a large mean costs no precision. Gradients flow through
 * the sums.
 */
function synchronisedStatistics(x: Value, { share, images }: BatchShare): BatchStatistics {
  const wholeMean = (value: Value) => allReduce(scale(reduceMean(value, OVER), share));
  const mean = wholeMean(x);
  const centred = sub(x, mean);
  const variance = wholeMean(square(centred));
  const inverse = div(scalar(1), sqrt(shift(variance, EPSILON)));
  return {
    mean,
    variance,
    count: images * x.shape[2] * x.shape[3],
    normalised: (affine) => add(mul(centred, mul(inverse, affine.scale)), affine.shift),
  };
}
