import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SeriesSummary } from './seriesSummary.js';

const value = fc.oneof(
  { weight: 20, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY) },
);
const values = fc.array(value, { minLength: 1, maxLength: 300 });

/** Steps 0, 2, 4 ..., one millisecond apart, in a summary of eight buckets. */
function summaryOf(all: readonly number[], capacity = 8): SeriesSummary {
  const summary = new SeriesSummary(capacity);
  for (const [i, each] of all.entries()) summary.add(2 * i, i, each, 10 * i);
  return summary;
}

const everything = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

test('few points are all there, as they were', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (all) => {
      const { points, count, isExact } = summaryOf(all).points(...everything, 100);
      assert.deepEqual([count, isExact], [all.length, true]);
      const expected = all.map((each, i) => ({
        step: 2 * i,
        wall: i,
        value: Number.isFinite(each) ? each : Number.NaN,
      }));
      assert.deepEqual(points, expected);
    }),
  );
});

test('of many points the extremes stay, in order, and none is made up', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 2, max: 20 }), (all, limit) => {
      const { points, count } = summaryOf(all).points(...everything, limit);
      assert.equal(count, all.length);
      const finite = all.filter(Number.isFinite);
      const kept = points.map((point) => point.value).filter(Number.isFinite);
      assert.equal(Math.min(...kept), Math.min(...finite));
      assert.equal(Math.max(...kept), Math.max(...finite));
      for (const [i, point] of points.entries()) {
        assert.ok(i === 0 || point.step > points[i - 1].step || point.value !== points[i - 1].value);
        assert.ok(i === 0 || point.step >= points[i - 1].step);
        const original = all[point.step / 2];
        assert.ok(Object.is(point.value, Number.isFinite(original) ? original : Number.NaN));
      }
      assert.ok(points.length <= limit + 2, `${points.length} points`);
    }),
  );
});

test('the extremes of every stretch stay: of each bucket, its lowest and highest', () => {
  const spikes = Array.from({ length: 4096 }, (_, i) => (i % 1024 === 500 ? 1000 + i : Math.sin(i)));
  const { points } = summaryOf(spikes, 1024).points(...everything, 2048);
  for (let i = 500; i < 4096; i += 1024) assert.ok(points.some((point) => point.value === 1000 + i));
});

test('the lowest and the highest point are known with their steps', () => {
  const summary = summaryOf([3, Number.NaN, -1, 7, 7]);
  assert.deepEqual(summary.lowest, { step: 4, wall: 2, value: -1 });
  assert.deepEqual(summary.highest, { step: 6, wall: 3, value: 7 });
  assert.deepEqual(summary.last, { step: 8, wall: 4, value: 7 });
});

test('for more detail it says which part of the file holds the range', () => {
  fc.assert(
    fc.property(fc.integer({ min: 9, max: 300 }), fc.nat(600), fc.nat(600), (length, a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const summary = summaryOf(Array.from({ length }, (_, i) => i));
      const range = summary.detailOf(from, to, 100);
      for (let i = 0; i < length; i++) {
        const isInside = 2 * i >= from && 2 * i <= to;
        if (!isInside) continue;
        assert.ok(range !== undefined, 'nothing in memory is exact here');
        assert.ok(10 * i >= range.from && 10 * i < range.to);
      }
    }),
  );
});

test('a summary that was kept and restored goes on exactly as the original', () => {
  fc.assert(
    fc.property(values, values, (before, after) => {
      const original = summaryOf(before, 1024);
      const restored = SeriesSummary.restore(structuredClone(original.state()));
      for (const series of [original, restored]) {
        for (const [i, each] of after.entries()) series.add(2000 + i, 2000 + i, each, i);
      }
      assert.deepEqual(restored.points(...everything, 500), original.points(...everything, 500));
    }),
  );
});
