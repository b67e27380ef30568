import { grad } from '../../engine/autodiff/grad.js';
import { State } from '../../engine/ir/state.js';
import { f32 } from '../../engine/ir/tensorType.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { mul, scale } from '../../engine/ops/elementwise.js';
import { SCALING_RULE } from '../../engine/runtime/lossScaling.js';

/** An Adam optimiser (Kingma and Ba 2015): its name and its constants β₁, β₂, ε. */
export interface AdamOptions {
  /** Names the optimiser; its learning rate is the run-time scalar `lr_<name>`. */
  readonly name: string;
  readonly betas: readonly [number, number];
  /** Defaults to `ADAM_EPSILON`. */
  readonly epsilon?: number;
}

/** Added to the root of the second moment, as by PyTorch and the reference. */
export const ADAM_EPSILON = 1e-8;

/** The run-time scalar that holds an optimiser's learning rate. */
export function learningRateOf(optimiser: string): string {
  return `lr_${optimiser}`;
}

/**
 * Differentiates `loss` by `parameters` and appends their Adam update: from here on they read as updated. The loss, a mean
 * over images, counts by the share of the whole batch that this process has, so that the gradients of all processes add up
 * to that of the whole batch. In mixed precision it is multiplied by the optimiser's loss scale too.
 */
export function adam(trace: Trace, loss: Value, parameters: readonly State[], options: AdamOptions): void {
  const { name } = options;
  const lossScale = trace.lossScales.get(name);
  const shared = trace.share === undefined ? loss : scale(loss, trace.share.share);
  const inputs = grad(
    lossScale === undefined ? shared : mul(shared, trace.read(lossScale)),
    parameters.map((parameter) => trace.read(parameter)),
  );
  trace.hostStep({
    kind: 'adam',
    name,
    states: parameters,
    inputs,
    learningRate: learningRateOf(name),
    ...(lossScale && { lossScale }),
  });
}

/** The state by which an optimiser's loss is multiplied in mixed precision. */
export function lossScaleOf(optimiser: string): State {
  return new State(`loss_scale_${optimiser}`, f32(), 'buffer', {
    kind: 'constant',
    value: SCALING_RULE.start,
  });
}
