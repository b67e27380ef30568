import type { Tensor } from '../../ir/loopForm.js';
import { flatten } from '../../loops/indices.js';
import { expressionsIn, type Kernel, type Reduction, type Store } from '../../loops/kernel.js';
import { Evaluator, type Precision } from './evaluate.js';
import { Point } from './point.js';

/**
 * A kernel as a function that runs it once.
 * @param memoryOf where a tensor's elements are, in row-major order
 */
export function kernelRun(
  kernel: Kernel,
  memoryOf: (tensor: Tensor) => Float64Array,
  precision: Precision,
): () => void {
  const { axes, over, phases, stores } = kernel;
  const point = new Point(axes, over);
  const accumulators = new Float64Array(phases.flat().length);
  const context = { point, accumulators, precision, memoryOf };
  const evaluator = new Evaluator(expressionsIn(kernel), context);
  const steps: (() => void)[] = [];
  let number = 0;
  for (const phase of phases) {
    const first = number;
    const initial = phase.map(({ op }) => (op === 'max' ? Number.NEGATIVE_INFINITY : 0));
    const adders = phase.map((reduction) => reducer(reduction, number++, evaluator, accumulators, precision));
    const loops = point.overInner(() => {
      for (const add of adders) add();
    });
    steps.push(() => {
      accumulators.set(initial, first);
      loops();
    });
  }
  for (const store of stores) steps.push(storer(store, evaluator, memoryOf(store.tensor), precision));
  return point.overAxes(() => {
    for (const step of steps) step();
  });
}

function reducer(
  reduction: Reduction,
  number: number,
  evaluator: Evaluator,
  accumulators: Float64Array,
  precision: Precision,
): () => void {
  const round = precision === 'f32' ? Math.fround : (x: number) => x;
  if (reduction.op === 'product') {
    const [a, b] = [evaluator.expr(reduction.a), evaluator.expr(reduction.b)];
    if (precision === 'f64') {
      return () => {
        accumulators[number] += a() * b();
      };
    }
    return () => {
      accumulators[number] = round(accumulators[number] + round(a() * b()));
    };
  }
  const element = evaluator.expr(reduction.expr);
  if (reduction.op === 'max') {
    return () => {
      accumulators[number] = Math.max(accumulators[number], element());
    };
  }
  return () => {
    accumulators[number] = round(accumulators[number] + element());
  };
}

/** Elements whose place is outside of the tensor are left out. */
function storer(
  { tensor, index, expr }: Store,
  evaluator: Evaluator,
  data: Float64Array,
  precision: Precision,
): () => void {
  const { shape } = tensor.type;
  const value = evaluator.expr(expr);
  const place = evaluator.index(flatten(index, shape));
  const leaving = index.flatMap((at, axis) =>
    at.high < shape[axis] ? [] : [{ at: evaluator.index(at), extent: shape[axis] }],
  );
  const round = precision === 'f32' ? Math.fround : (x: number) => x;
  return () => {
    for (const { at, extent } of leaving) if (at() >= extent) return;
    data[place()] = round(value());
  };
}
