import { test } from 'node:test';
import fc from 'fast-check';
import { seeds } from '../../../test/arbitraries.js';
import { assertClose } from '../../../test/assertClose.js';
import { operand } from '../../../test/checkOp.js';
import { runProgram } from '../../../test/runProgram.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import { halveByMeans } from './averagePool.js';

/** The definition of AvgPool2d(3, 2, 1, count_include_pad=False), for one map. */
function means(map: Float32Array, height: number, width: number): number[] {
  const found: number[] = [];
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const inside = [-1, 0, 1].flatMap((dy) =>
        [-1, 0, 1].flatMap((dx) => {
          const [row, column] = [y + dy, x + dx];
          const isInside = row >= 0 && row < height && column >= 0 && column < width;
          return isInside ? [map[row * width + column]] : [];
        }),
      );
      found.push(inside.reduce((sum, value) => sum + value, 0) / inside.length);
    }
  }
  return found;
}

test('images are halved by means of the pixels inside, whatever their size', () =>
  fc.assert(
    fc.asyncProperty(
      seeds,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      async (seed, height, width) => {
        const { data } = operand([2, 2, height, width], seed);
        const trace = new Trace(false);
        const y = halveByMeans(trace.input('x', f32(2, 2, height, width)));
        const found = await runProgram(trace.program({ y }), { x: data });
        const area = height * width;
        const expected = [0, 1, 2, 3].flatMap((map) =>
          means(data.subarray(map * area, (map + 1) * area), height, width),
        );
        assertClose(found.y, expected, 'means');
      },
    ),
    { numRuns: 20 },
  ));
