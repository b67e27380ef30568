import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeptBytes } from './keptBytes.js';

const always = () => true;
const MB = 2 ** 20;

test('what is kept stays as it was given, and all of it is within the limit', () => {
  const files = fc.array(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 3 }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(files, fc.nat(600), fc.nat(5), (all, limit, besides) => {
      const memory = new KeptBytes(limit, always);
      let used = 0;
      const kept = all.flatMap((parts) => {
        const given = parts.map((part) => Uint8Array.from(part));
        const bytes = parts.reduce((sum, part) => sum + part.length, besides);
        const copies = memory.keep(given, besides);
        assert.equal(copies !== undefined, used + bytes <= limit, 'kept if and only if there is room');
        for (const part of given) part.fill(255); // copies, no views
        if (copies === undefined) return [];
        used += bytes;
        return [{ parts, copies }];
      });
      for (const { parts, copies } of kept)
        assert.deepEqual(
          copies.map((copy) => [...copy]),
          parts.map((part) => [...part]),
        );
    }),
    { seed: 4 },
  );
});

test('many pieces, and one larger than a piece', () => {
  const memory = new KeptBytes(300 * MB, always);
  const parts = [40, 40, 70, 1].map((size, i) => new Uint8Array(size * MB).fill(i + 1));
  const kept = parts.map((part) => memory.keep([part])![0]);
  for (const [i, copy] of kept.entries()) {
    assert.equal(copy.length, parts[i].length);
    assert.deepEqual([copy[0], copy.at(-1)], [i + 1, i + 1]);
  }
});

test('where no more memory may be taken it ends, and keeps what it has', () => {
  const asked: number[] = [];
  const memory = new KeptBytes(1000 * MB, (bytes) => asked.push(bytes) <= 1);
  const [kept] = memory.keep([new Uint8Array(60 * MB).fill(7)])!;
  assert.equal(memory.hasEnded, false);
  assert.equal(memory.keep([new Uint8Array(60 * MB)]), undefined);
  assert.equal(memory.hasEnded, true);
  assert.equal(memory.keep([new Uint8Array(1)]), undefined, 'not even a small one');
  assert.deepEqual(asked, [64 * MB, 64 * MB]);
  assert.equal(kept[60 * MB - 1], 7);
});

test('memory that the system does not have is no error', () => {
  const memory = new KeptBytes(Number.MAX_SAFE_INTEGER, always);
  const huge = { length: 2 ** 53 - 1 } as Uint8Array;
  assert.equal(memory.keep([huge]), undefined);
  assert.equal(memory.hasEnded, true);
});
