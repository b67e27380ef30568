import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALIGNMENT, aligned, place, type Request } from './placement.js';

const requests = fc.array(
  fc.record({ bytes: fc.integer({ min: 1, max: 5000 }), first: fc.nat(20), length: fc.nat(6) }),
  { maxLength: 30 },
);

test('what is needed at one time lies apart, within buffers of the largest size', () => {
  fc.assert(
    fc.property(requests, fc.integer({ min: 5120, max: 20_000 }), (drawn, maxBytes) => {
      const all: Request[] = drawn.map(({ bytes, first, length }) => ({
        bytes,
        first,
        last: first + length,
      }));
      const { places, sizes } = place(all, aligned(maxBytes));
      for (const [i, a] of all.entries()) {
        const { buffer, offset } = places[i];
        assert.ok(offset % ALIGNMENT === 0 && offset + a.bytes <= sizes[buffer]);
        for (const [j, b] of all.entries()) {
          if (j <= i || places[j].buffer !== buffer || a.last < b.first || b.last < a.first) continue;
          assert.ok(offset + a.bytes <= places[j].offset || places[j].offset + b.bytes <= offset);
        }
      }
      for (const size of sizes) assert.ok(size <= aligned(maxBytes));
    }),
    { seed: 16, numRuns: 200 },
  );
});

test('what is needed at different times shares memory; one larger than a buffer has one of its own', () => {
  const inTurn = [0, 1, 2, 3].map((first) => ({ bytes: 1000, first, last: first + 1 }));
  assert.deepEqual(place(inTurn, 1e6).sizes, [2048]);
  assert.deepEqual(place([{ bytes: 5000, first: 0, last: 1 }], 1024).sizes, [5120]);
});
