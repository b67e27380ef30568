import { grad } from '../../engine/autodiff/grad.js';
import type { State } from '../../engine/ir/state.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { scale } from '../../engine/ops/elementwise.js';

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
 * to that of the whole batch.
 */
export function adam(trace: Trace, loss: Value, parameters: readonly State[], options: AdamOptions): void {
  const { name } = options;
  const inputs = grad(
    trace.share === undefined ? loss : scale(loss, trace.share.share),
    parameters.map((parameter) => trace.read(parameter)),
  );
  trace.hostStep({
    kind: 'adam',
    name,
    states: parameters,
    inputs,
    learningRate: learningRateOf(name),
  });
}
