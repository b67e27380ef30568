import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillDropoutMask } from './dropoutMask.js';
import { RandomStream } from './stream.js';

const stream = (draw: number) => new RandomStream(7, 'dropout', [draw, 0]);

test('a dropout mask holds 0 and 1 / (1 - rate) alone, zeros as often as the rate says', () => {
  for (const rate of [0, 0.1, 0.5, 0.9]) {
    const mask = new Float32Array(100_000);
    fillDropoutMask(mask, stream(0), rate);
    const kept = Math.fround(1 / (1 - rate));
    assert.ok(mask.every((element) => element === 0 || element === kept));
    const zeros = mask.filter((element) => element === 0).length / mask.length;
    const deviation = Math.sqrt((rate * (1 - rate)) / mask.length); // of a binomial share
    assert.ok(Math.abs(zeros - rate) <= 5 * deviation, `rate ${rate}: ${zeros} are zero`);
  }
});

test('zeros stand independently: neighbours agree as often as chance says', () => {
  const mask = new Float32Array(100_000);
  fillDropoutMask(mask, stream(0), 0.5);
  for (const distance of [1, 2, 4, 64, 4096]) {
    let equal = 0;
    for (let i = distance; i < mask.length; i++) if (mask[i] === mask[i - distance]) equal++;
    const share = equal / (mask.length - distance);
    assert.ok(Math.abs(share - 0.5) < 5 * Math.sqrt(0.25 / mask.length), `distance ${distance}: ${share}`);
  }
});

test('a draw is the same again, another draw another mask', () => {
  const draws = [0, 0, 1].map((draw) => {
    const mask = new Float32Array(5000);
    fillDropoutMask(mask, stream(draw), 0.5);
    return mask;
  });
  assert.deepEqual(draws[0], draws[1]);
  const equal = draws[0].filter((element, i) => element === draws[2][i]).length;
  assert.ok(Math.abs(equal / 5000 - 0.5) < 0.05, `${equal} of 5000 agree`);
});
