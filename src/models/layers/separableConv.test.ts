import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceWith } from '../../../test/devices.js';
import { runProgram } from '../../../test/runProgram.js';
import type { State } from '../../engine/ir/state.js';
import { elementCount, f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import { separableConvLayer } from './separableConv.js';

const init = { type: 'normal', gain: 0.02 } as const;
const SIDE = 6;

/**
 * TensorFlow's padding "same" (tf.nn, "padding"): of max(k - s, 0) for sides that s divides, half comes before, rounded
 * down. With windows of ones, mixed as a - 2b + 1, each result is a sum of pixels that can be counted by hand.
 */
for (const [stride, before] of [
  [1, 1],
  [2, 1],
] as const) {
  test(`stride ${stride}: windows of 4 × 4 that begin ${before} before the pixel, then a mix of channels`, async () => {
    const layer = separableConvLayer(2, 1, stride, init)('layer');
    assert.deepEqual(
      layer.states.map(({ name, type }) => [name, [...type.shape]]),
      [
        ['layer.depthwise.weight', [2, 1, 4, 4]],
        ['layer.pointwise.weight', [1, 2, 1, 1]],
        ['layer.pointwise.bias', [1]],
      ],
    );
    const weights: Record<string, number[]> = { depthwise: Array(32).fill(1), pointwise: [1, -2], bias: [1] };
    const device = await deviceWith(
      new Map(layer.states.map((state) => [state, Float32Array.from(weights[kindOf(state)])])),
    );
    const trace = new Trace(true);
    const x = trace.input('x', f32(1, 2, SIDE, SIDE));
    const data = Float32Array.from({ length: elementCount(x.shape) }, (_, i) => (i * i) % 17);
    const { y } = await runProgram(trace.program({ y: layer.apply(trace, x) }), { x: data }, { device });

    const window = (channel: number, row: number, column: number) => {
      let sum = 0;
      for (let i = row - before; i < row - before + 4; i++) {
        for (let j = column - before; j < column - before + 4; j++) {
          const isInside = i >= 0 && i < SIDE && j >= 0 && j < SIDE;
          if (isInside) sum += data[(channel * SIDE + i) * SIDE + j];
        }
      }
      return sum;
    };
    const expected: number[] = [];
    for (let row = 0; row < SIDE; row += stride) {
      for (let column = 0; column < SIDE; column += stride)
        expected.push(window(0, row, column) - 2 * window(1, row, column) + 1);
    }
    assert.deepEqual([...y], expected);
  });
}

function kindOf({ name }: State): string {
  if (name.endsWith('bias')) return 'bias';
  return name.includes('depthwise') ? 'depthwise' : 'pointwise';
}
