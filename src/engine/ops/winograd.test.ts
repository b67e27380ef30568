/** Minimal filtering at sizes at which it is chosen, by every tile, against plain sums in double precision. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { direct as directly, prefer } from '../../../test/algorithms.js';
import { relativeError } from '../../../test/assertClose.js';
import { operand } from '../../../test/checkOp.js';
import { runProgram } from '../../../test/runProgram.js';
import { grad } from '../autodiff/grad.js';
import type { AlgorithmChooser, Layer } from '../ir/layer.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { chooseByRule } from '../runtime/algorithmRules.js';
import { conv2d } from './conv.js';
import { mul } from './elementwise.js';
import { sum } from './reduce.js';
import { planWinograd } from './winogradPlan.js';

interface Sizes {
  readonly channels: number;
  readonly out: number;
  readonly height: number;
  readonly width: number;
  readonly stride: number;
}

const [kernel, padding] = [4, 1];
const extentOf = (size: number, stride: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;

/** y, x̄ and w̄ of a convolution of one image, ȳ being given. */
function direct(x: Float32Array, weight: Float32Array, dy: Float32Array, sizes: Sizes) {
  const { channels, out, height, width, stride } = sizes;
  const [rows, columns] = [height, width].map((size) => extentOf(size, stride));
  const [y, dx, dw] = [dy.length, x.length, weight.length].map((length) => new Float64Array(length));
  for (let o = 0; o < out; o++) {
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const [i, j] = [Math.floor(tap / kernel) - padding, (tap % kernel) - padding];
        const w = (o * channels + c) * kernel * kernel + tap;
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const [v, u] = [stride * row + i, stride * column + j];
            if (v < 0 || v >= height || u < 0 || u >= width) continue;
            const at = (o * rows + row) * columns + column;
            const from = (c * height + v) * width + u;
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

/** By the algorithms that `choose` takes, with the names of those; exact ones; and those by the ops' own lowerings. */
async function convolve(sizes: Sizes, choose: AlgorithmChooser) {
  const { channels, out, height, width, stride } = sizes;
  const trace = new Trace(true);
  const inputs = [
    trace.input('x', f32(1, channels, height, width)),
    trace.input('w', f32(out, channels, kernel, kernel)),
  ];
  const y = conv2d(inputs[0], inputs[1], undefined, { stride, padding });
  const [x, w, dy] = [...inputs, y].map(({ shape }, i) => operand(shape, i + 1).data);
  const [dx, dw] = grad(sum(mul(y, trace.input('dy', y.type))), inputs);
  const program = trace.program({ y, dx, dw });
  const chosen = new Set<string>();
  const noting = (layer: Layer) => {
    const name = choose(layer);
    chosen.add(name);
    return name;
  };
  const found = await runProgram(program, { x, w, dy }, { choose: noting });
  const plain = await runProgram(program, { x, w, dy }, { choose: directly });
  return { found, plain, chosen: [...chosen], exact: direct(x, w, dy, sizes) };
}

function assertExact({ found, plain, exact }: Awaited<ReturnType<typeof convolve>>, label = ''): void {
  for (const name of ['y', 'dx', 'dw'] as const) {
    const error = relativeError(found[name], exact[name]);
    assert.ok(error < 1e-5, `${label} ${name}: ${error}`);
    assert.notDeepEqual(found[name], plain[name], 'it is another way to the same numbers');
  }
}

test('a layer that the rule gives to minimal filtering: output and gradients within 1e-5 of exact ones', async () => {
  const sizes = { channels: 64, out: 64, height: 16, width: 16, stride: 1 };
  const result = await convolve(sizes, chooseByRule);
  assert.deepEqual(result.chosen, ['winograd'], 'the rule has changed: take sizes at which it is chosen');
  assertExact(result);
});

test('strides by their phases, with tiles of 2×2, 3×3 and 4×4: the same', async () => {
  for (const [height, width, tiles] of [
    [18, 13, [2, 2, 2]],
    [66, 66, [3, 2, 3]],
    [129, 128, [4, 3, 4]],
  ] as const) {
    const sizes = { channels: 5, out: 3, height, width, stride: 2 };
    const result = await convolve(sizes, prefer('stridedWinograd'));
    assert.deepEqual(result.chosen, ['stridedWinograd']);
    assertExact(result, `${height}×${width}`);
    assert.deepEqual(tilesOf(sizes), tiles);
  }
});

/** Of y, x̄ and w̄. */
function tilesOf({ height, width, stride }: Sizes): number[] {
  const geometry = { x: [1, 1, height, width], y: [1, 1, 1, 1], kernel, stride, padding };
  const forward = [height, width].map((size) => extentOf(size, stride)) as [number, number];
  const backward = [height, width].map((size) => Math.ceil((padding + size) / stride)) as [number, number];
  return [forward, backward, forward].map((extents) => planWinograd(geometry, extents).tile);
}
