/** Every op's loops in float64, forward and backward: PyTorch's numbers, and differences of the functions themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../../../test/assertClose.js';
import { fixtureProgram } from '../../../../test/checkOp.js';
import { interpreted } from '../../../../test/interpret.js';
import { opBuilders } from '../../../../test/opBuilders.js';
import { caseTensor, type OpCase, opCases } from '../../../../test/opCases.js';
import { RandomStream } from '../../../base/random/stream.js';

/** Ours takes every element of the range; PyTorch differentiates `clamp`, ours lets no gradient through. */
const ours = opCases.filter(({ op, attrs }) => op in opBuilders && !(op === 'slice' && attrs.step !== 1));
const withGradients = ({ op }: OpCase) => op !== 'clamp';

test('the cases are all there', () => assert.ok(ours.length > 120, `${ours.length}`));

for (const known of ours) {
  test(`${known.id}: PyTorch's numbers`, () => {
    const { program, tensors, expected } = fixtureProgram(
      [known],
      opBuilders[known.op],
      withGradients(known),
    );
    const found = interpreted(program)(tensors);
    for (const [name, numbers] of Object.entries(expected)) {
      assertClose(found[name], numbers, name, { relative: 3e-7, absolute: 1e-6 });
    }
  });
}

/** Elements nearer to 0 than this stay where they are: some functions are not differentiable there. */
const MARGIN = 1e-2;
const STEP = 1e-4;

for (const known of ours.filter((known) => known.upstream !== null && withGradients(known))) {
  test(`${known.id}: gradients are differences of the function, in float64`, () => {
    const { program, tensors } = fixtureProgram([known], opBuilders[known.op]);
    const run = interpreted(program);
    const upstream = caseTensor(known.upstream!).data;
    const gradients = run(tensors);
    known.grads.forEach((gradient, i) => {
      if (gradient === null) return;
      const name = known.inputs[i];
      const stream = new RandomStream(7, 'direction', [i]);
      const direction = tensors[name].map((x) => (Math.abs(x) < MARGIN ? 0 : stream.uniform() - 0.5));
      const along = (steps: number) => {
        const moved = Float64Array.from(tensors[name], (x, k) => x + steps * STEP * direction[k]);
        return dot(run({ ...tensors, [name]: moved })[known.outputs[0]], upstream);
      };
      // Differences of sixth order: the error is STEP⁶ / 140 of the seventh derivative.
      const [near, far, farther] = [1, 2, 3].map((steps) => along(steps) - along(-steps));
      const slope = (45 * near - 9 * far + farther) / (60 * STEP);
      const found = dot(gradients[gradient], direction);
      const scale = dot(gradients[gradient].map(Math.abs), direction.map(Math.abs)) + 1e-3;
      assert.ok(Math.abs(found - slope) <= 1e-8 * scale, `${name}: ${found}, the slope is ${slope}`);
    });
  });
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((total, x, i) => total + x * b[i], 0);
}
