import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { scalar } from '../ops/constant.js';
import { add, div, mul, scale, sqrt, square, sub } from '../ops/elementwise.js';

/** Element-wise arithmetic over arrays of one length that lie side by side. */
export interface ElementwiseUpdate {
  /** By name. */
  readonly arrays: Readonly<Record<string, Value>>;
  /** Numbers that all elements share. */
  readonly scalars: Readonly<Record<string, Value>>;
  /** The new value of each array that is updated, element by element in place. */
  readonly writes: ReadonlyMap<Value, Value>;
}

/**
 * Adam's update of `length` parameters (Kingma and Ba 2015, algorithm 1, with step size and ε rearranged as at the end
 * of their section 2):
 *
 *   m ← β₁ m + (1 - β₁) g
 *   v ← β₂ v + (1 - β₂) g²
 *   p ← p - stepSize · m / (√v + stabiliser)
 *
 * with stepSize = α √(1 - β₂ᵗ) / (1 - β₁ᵗ) and stabiliser = ε √(1 - β₂ᵗ), where g is the gradient, times a factor if
 * it is clipped.
 */
export function adamUpdate([beta1, beta2]: readonly [number, number], length: number, isClipped = true) {
  const trace = new Trace(true);
  const [parameter, gradient, firstMoment, secondMoment] = [
    'parameter',
    'gradient',
    'firstMoment',
    'secondMoment',
  ].map((name) => trace.input(name, f32(length)));
  const [stepSize, stabiliser, factor] = ['stepSize', 'stabiliser', 'factor'].map((name) =>
    trace.input(name, f32()),
  );
  const g = isClipped ? mul(gradient, factor) : gradient;
  const m = add(scale(firstMoment, beta1), scale(g, 1 - beta1));
  const v = add(scale(secondMoment, beta2), mul(square(g), scalar(1 - beta2)));
  const update = mul(stepSize, div(m, add(sqrt(v), stabiliser)));
  return {
    arrays: { parameter, gradient, firstMoment, secondMoment },
    scalars: { stepSize, stabiliser, factor },
    writes: new Map([
      [firstMoment, m],
      [secondMoment, v],
      [parameter, sub(parameter, update)],
    ]),
  } satisfies ElementwiseUpdate;
}

/** Adam's update, and the moving average of the parameters that it leaves: average ← kept · average + added · p. */
export function averagedAdamUpdate(betas: readonly [number, number], length: number) {
  const adam = adamUpdate(betas, length);
  const trace = new Trace(true);
  const average = trace.input('average', f32(length));
  const [kept, added] = ['averageKept', 'averageAdded'].map((name) => trace.input(name, f32()));
  const parameter = adam.writes.get(adam.arrays.parameter)!;
  return {
    arrays: { ...adam.arrays, average },
    scalars: { ...adam.scalars, averageKept: kept, averageAdded: added },
    writes: new Map([...adam.writes, [average, add(mul(average, kept), mul(parameter, added))]]),
  } satisfies ElementwiseUpdate;
}

/** target ← kept · target + added · source */
export function blendUpdate(length: number) {
  const trace = new Trace(true);
  const [target, source] = ['target', 'source'].map((name) => trace.input(name, f32(length)));
  const [kept, added] = ['kept', 'added'].map((name) => trace.input(name, f32()));
  return {
    arrays: { target, source },
    scalars: { kept, added },
    writes: new Map([[target, add(mul(target, kept), mul(source, added))]]),
  } satisfies ElementwiseUpdate;
}

/** target ← target + added · source; on the first, target ← added · source */
export function accumulateUpdate(isFirst: boolean, length: number) {
  const trace = new Trace(true);
  const [target, source] = ['target', 'source'].map((name) => trace.input(name, f32(length)));
  const added = trace.input('added', f32());
  const own = mul(source, added);
  return {
    arrays: { target, source },
    scalars: { added },
    writes: new Map([[target, isFirst ? own : add(target, own)]]),
  } satisfies ElementwiseUpdate;
}
