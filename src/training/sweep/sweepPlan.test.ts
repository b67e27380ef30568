import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { readSweep } from './sweepDefinition.js';
import { planSweep } from './sweepPlan.js';

const folder = mkdtempSync(join(tmpdir(), 'sweep-plan-'));
after(() => rmSync(folder, { recursive: true }));

function sweepOf(definition: object) {
  const path = join(folder, 'sweep.json');
  writeFileSync(path, JSON.stringify({ name: 's', ...definition }));
  return readSweep(path);
}
const runsOf = (definition: object) => planSweep(sweepOf(definition)).runs;

test('a grid has every combination once for each seed', () => {
  const parameters = { lr: [0.1, 0.2], netG: { values: ['unet_128', 'unet_256'] }, beta1: { value: 0.9 } };
  const runs = runsOf({ parameters, seeds: 2, options: { ngf: 4 } });
  assert.deepEqual(
    runs.map(({ name }) => name),
    [0.1, 0.2].flatMap((lr) =>
      ['unet_128', 'unet_256'].flatMap((netG) =>
        [0, 1].map((seed) => `lr=${lr},netG=${netG},beta1=0.9,seed=${seed}`),
      ),
    ),
  );
  assert.deepEqual(runs[1].options, { lr: 0.1, netG: 'unet_128', beta1: 0.9, seed: 1 });
});

test('a plan is the same each time, and one with more draws, values or seeds holds those of the smaller', () => {
  const value = fc.constantFrom(0.1, 0.2, 0.3, 1, 'a', 'b c', true);
  const parameters = fc.dictionary(
    fc.constantFrom('lr', 'netG', 'beta1'),
    fc.uniqueArray(value, { minLength: 1, maxLength: 3 }),
    { minKeys: 1 },
  );
  fc.assert(
    fc.property(parameters, fc.nat({ max: 3 }), fc.integer({ min: 1, max: 20 }), (parameters, extra, cap) => {
      const random = { method: 'random', parameters: { ...parameters, ngf: { min: 1, max: 64 } } };
      const few = runsOf({ ...random, run_cap: cap });
      assert.deepEqual(runsOf({ ...random, run_cap: cap + extra }).slice(0, few.length), few);
      assert.equal(new Set(few.map(({ name }) => name)).size, few.length);
      const grid = runsOf({ parameters, seeds: 1 + extra });
      const names = new Set(grid.map(({ name }) => name));
      assert.equal(names.size, grid.length);
      assert.ok(runsOf({ parameters, seeds: 1 }).every(({ name }) => names.has(name)));
      for (const name of names) assert.match(name, /^[\w.=,+-]{1,100}$/);
    }),
    { numRuns: 50 },
  );
});

test('drawn values lie in their ranges, spread as their distribution says', () => {
  const parameters = {
    lr: { min: 1e-5, max: 1e-3, distribution: 'log_uniform_values' },
    lambda_L1: { min: 0.5, max: 100 },
    ngf: { min: 2, max: 5 },
  };
  const runs = runsOf({ method: 'random', run_cap: 900, parameters });
  assert.equal(runs.length, 900);
  const values = (flag: string) => runs.map(({ options }) => Number(options[flag]));
  const share = (flag: string, below: number) => values(flag).filter((value) => value < below).length / 900;
  for (const value of values('lr')) assert.ok(value >= 1e-5 && value <= 1e-3);
  assert.ok(Math.abs(share('lr', 1e-4) - 0.5) < 0.06, 'half of the logarithms lie below the middle one');
  assert.ok(Math.abs(share('lambda_L1', 50.25) - 0.5) < 0.06);
  assert.deepEqual([...new Set(values('ngf'))].sort(), [2, 3, 4, 5]);
  const other = runsOf({ method: 'random', run_cap: 900, parameters, draw_seed: 1 });
  assert.notDeepEqual(other, runs);
});

test('combinations that few values allow are drawn once each', () => {
  const runs = runsOf({ method: 'random', run_cap: 50, parameters: { lr: [1, 2], netG: ['a', 'b'] } });
  assert.equal(runs.length, 4);
});

test('a file that is no sweep is refused with what is wrong and the fix', () => {
  const parameters = { lr: [1] };
  const refusals: readonly (readonly [definition: object, message: RegExp])[] = [
    [{ parameters, paramters: {} }, /no paramters[\s\S]*did you mean parameters\?/],
    [{ parameters, name: '../x' }, /name of the sweep: it must not lead out/],
    [{ parameters, name: undefined }, /name of the sweep: it is missing/],
    [{ parameters, method: 'bayes' }, /no method "bayes"[\s\S]*random/],
    [{}, /parameters are missing/],
    [{ parameters: { lr: 1 } }, /lr says neither values nor a range[\s\S]*belongs to options/],
    [{ parameters: { lr: [] } }, /lr has no values/],
    [{ parameters: { lr: { min: 2, max: 1 } } }, /no range from a smaller number/],
    [{ parameters: { lr: { min: 1, max: 2 } } }, /a grid cannot try all of the range of lr/],
    [{ parameters, method: 'random' }, /needs run_cap/],
    [{ parameters, run_cap: 3 }, /grid tries all combinations/],
    [{ parameters, options: { lr: 2 } }, /lr is both an option and a parameter/],
    [{ parameters, options: { name: 'x' } }, /the sweep itself decides about name/],
    [{ parameters, options: { seed: 1 }, seeds: 2 }, /both seeds and the option seed/],
    [{ parameters, seeds: [-1] }, /seeds are neither/],
    [
      {
        method: 'random',
        run_cap: 1,
        parameters: { lr: { min: 0, max: 1, distribution: 'log_uniform_values' } },
      },
      /logarithm of 0/,
    ],
    [
      { method: 'random', run_cap: 1, parameters: { lr: { min: 0, max: 1, distribution: 'normal' } } },
      /no distribution normal[\s\S]*log_uniform_values/,
    ],
  ];
  for (const [definition, message] of refusals) assert.throws(() => sweepOf(definition), message);
  const many = { lr: Array.from({ length: 50 }, (_, i) => i), ngf: Array.from({ length: 50 }, (_, i) => i) };
  assert.throws(() => runsOf({ parameters: many }), /too many runs[\s\S]*1000/);
});
