import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { drawRandomInput } from './randomInputs.js';

/** The masks and noises of a program over so many images, one after another, from `firstImage` of the draw on. */
function drawn(images: number, firstImage: number, channels: number): Float32Array[] {
  const trace = new Trace(true);
  trace.dropoutMask(f32(images, channels, 1, 1), 0.5);
  trace.dropoutMask(f32(images, channels, 3, 1), 0.5);
  trace.noise('uniform', f32(images, channels, 1, 1));
  trace.noise('normal', f32(images, channels, 5, 1));
  const program = trace.program({});
  return [...program.inputs].map(([name, { shape }]) => {
    const out = new Float32Array(shape.reduce((product, extent) => product * extent));
    assert.ok(drawRandomInput(program, name, { seed: 3, purpose: 'dropout', draw: 7, firstImage }, out));
    return out;
  });
}

test('processes that share a batch draw for their images what one process draws for them', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 900 }), (counts, channels) => {
      const whole = drawn(
        counts.reduce((sum, count) => sum + count),
        0,
        channels,
      );
      let first = 0;
      const shared = counts.map((count) => {
        const own = drawn(count, first, channels);
        first += count;
        return own;
      });
      whole.forEach((numbers, i) => {
        assert.deepEqual(
          shared.flatMap((own) => [...own[i]]),
          [...numbers],
        );
      });
    }),
    { numRuns: 30 },
  );
});
