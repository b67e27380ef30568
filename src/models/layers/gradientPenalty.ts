import { grad } from '../../engine/autodiff/grad.js';
import type { Value } from '../../engine/ir/value.js';
import { reduceSum } from '../../engine/ops/broadcast.js';
import { scalar } from '../../engine/ops/constant.js';
import { add, mul, shift, sqrt, square, sub } from '../../engine/ops/elementwise.js';
import { mean, sum } from '../../engine/ops/reduce.js';
import { detach } from '../../engine/ops/shape.js';
import { total } from './losses.js';

/** Keeps the length of a gradient of zeros differentiable, as the reference's. */
const OFFSET = 1e-16;

/**
 * The gradient penalty of WGAN-GP (Gulrajani et al. 2017, equation 3; the reference's cal_gradient_penalty): the mean
 * over the batch of (‖∇D(x̂)‖₂ - 1)² at points x̂ between real and fake. It differentiates by D's parameters.
 *
 * @param judge the discriminator's logits, one value for each of its scales
 * @param real f32[N, C, H, W], all that D sees of a real pair
 * @param fake likewise of a fake one; no gradient flows to it
 * @param alpha f32[N, 1, 1, 1], how much of each point is real, uniform over 0 ... 1
 */
export function gradientPenalty(
  judge: (x: Value) => readonly Value[],
  real: Value,
  fake: Value,
  alpha: Value,
): Value {
  const between = add(mul(alpha, real), mul(sub(scalar(1), alpha), detach(fake)));
  const [gradient] = grad(total(judge(between).map(sum)), [between]);
  const lengths = sqrt(reduceSum(square(shift(gradient, OFFSET)), [1, 2, 3]));
  return mean(square(shift(lengths, -1)));
}
