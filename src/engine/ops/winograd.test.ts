/** Minimal filtering at a size at which it is chosen, against plain sums in double precision. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { direct as directly } from '../../../test/algorithms.js';
import { relativeError } from '../../../test/assertClose.js';
import { operand } from '../../../test/checkOp.js';
import { runProgram } from '../../../test/runProgram.js';
import { grad } from '../autodiff/grad.js';
import type { Layer } from '../ir/layer.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { chooseByRule } from '../runtime/algorithmRules.js';
import { conv2d } from './conv.js';
import { mul } from './elementwise.js';
import { sum } from './reduce.js';

const [channels, out, size, kernel, padding] = [64, 64, 16, 4, 1];
const extent = size + 2 * padding - kernel + 1;

/** y, x̄ and w̄ of a stride-1 convolution of one image, ȳ being given. */
function direct(x: Float32Array, weight: Float32Array, dy: Float32Array) {
  const [y, dx, dw] = [dy.length, x.length, weight.length].map((length) => new Float64Array(length));
  for (let o = 0; o < out; o++) {
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const [i, j] = [Math.floor(tap / kernel) - padding, (tap % kernel) - padding];
        const w = (o * channels + c) * kernel * kernel + tap;
        for (let row = Math.max(0, -i); row < Math.min(extent, size - i); row++) {
          for (let column = Math.max(0, -j); column < Math.min(extent, size - j); column++) {
            const at = (o * extent + row) * extent + column;
            const from = (c * size + row + i) * size + column + j;
            y[at] += weight[w] * x[from];
            dx[from] += weight[w] * dy[at];
            dw[w] += x[from] * dy[at];
          }
        }
      }
    }
  }
  return { y, dx, dw };
}

test('a layer that the rule gives to minimal filtering: output and gradients within 1e-5 of exact ones', async () => {
  const [x, weight, dy] = [
    operand([1, channels, size, size], 1).data,
    operand([out, channels, kernel, kernel], 2).data,
    operand([1, out, extent, extent], 3).data,
  ];
  const trace = new Trace(true);
  const inputs = [
    trace.input('x', f32(1, channels, size, size)),
    trace.input('w', f32(out, channels, kernel, kernel)),
  ];
  const y = conv2d(inputs[0], inputs[1], undefined, { stride: 1, padding });
  const [dx, dw] = grad(sum(mul(y, trace.input('dy', y.type))), inputs);
  const chosen = new Set<string>();
  const choose = (layer: Layer) => {
    const name = chooseByRule(layer);
    chosen.add(name);
    return name;
  };
  const found = await runProgram(trace.program({ y, dx, dw }), { x, w: weight, dy }, { choose });
  assert.deepEqual([...chosen], ['winograd'], 'the rule has changed: take sizes at which it is chosen');
  const exact = direct(x, weight, dy);
  for (const name of ['y', 'dx', 'dw'] as const) {
    const error = relativeError(found[name], exact[name]);
    assert.ok(error < 1e-5, `${name}: ${error}`);
  }
  const plain = await runProgram(trace.program({ y, dx, dw }), { x, w: weight, dy }, { choose: directly });
  assert.notDeepEqual(found.dw, plain.dw, 'it is another way to the same numbers');
});
