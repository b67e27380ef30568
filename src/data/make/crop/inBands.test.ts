import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tileStarts } from '../../batch/tiling.js';
import { inBands } from './inBands.js';

test('a row of tiles is read at once, and of a wide image no more than may be in memory', async () => {
  const [width, height, channels] = [600_000, 64, 1];
  const reads: { left: number; width: number }[] = [];
  const image = {
    ...{ width, height, channels },
    read: async (place: { left: number; width: number; height: number }) => {
      reads.push(place);
      assert.ok(place.width * place.height * channels <= 2 ** 24);
      assert.ok(place.left + place.width <= width);
      const data = Float64Array.from({ length: place.width }, (_, x) => place.left + x); // of the first row
      return { data, width: place.width, height: place.height, channels };
    },
  };
  const read = inBands(image);
  for (const left of tileStarts(width, { size: 64, overlap: 8 })) {
    const { data } = await read({ left, top: 0, width: 64, height: 64 });
    assert.deepEqual([data[0], data[63]], [left, left + 63]);
  }
  assert.equal(reads.length, 3);
});
