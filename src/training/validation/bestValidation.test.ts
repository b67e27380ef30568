import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BestSoFar } from './bestValidation.js';

const validation = (measures: Readonly<Record<string, number>>) => ({ measures, images: 4 });

test('the best validation is that with the lowest L1, or the highest SSIM', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 }), (values) => {
      const [low, high] = [new BestSoFar('L1', undefined), new BestSoFar('SSIM', undefined)];
      for (const [i, value] of values.entries()) {
        low.add(validation({ L1: value, SSIM: 1 }), i + 1);
        high.add(validation({ L1: 1, SSIM: value }), i + 1);
      }
      const first = (value: number) => values.indexOf(value) + 1;
      const [least, most] = [Math.min(...values), Math.max(...values)];
      const since = (value: number) => values.length - first(value);
      assert.deepEqual(low.state, { metric: 'L1', value: least, epoch: first(least), since: since(least) });
      assert.deepEqual(high.state, { metric: 'SSIM', value: most, epoch: first(most), since: since(most) });
    }),
  );
});

test('a training is over after so many validations that were not better, across sessions, and never with 0', () => {
  const before = new BestSoFar('PSNR', undefined);
  assert.equal(before.add(validation({ PSNR: 20 }), 1), true);
  assert.equal(before.add(validation({ PSNR: 20 }), 2), false);
  const after = new BestSoFar('PSNR', before.state);
  assert.equal(after.reasonToEnd(2), undefined);
  after.add(validation({ PSNR: 19 }), 3);
  assert.equal(
    after.reasonToEnd(2),
    'early stop: in 2 validations PSNR was not better than the 20.00 dB of epoch 1',
  );
  assert.equal(after.reasonToEnd(0), undefined);
  const other = new BestSoFar('SSIM', after.state);
  assert.equal(other.state, undefined);
  assert.equal(other.add(validation({ PSNR: 30 }), 4), false); // SSIM is not defined
});
