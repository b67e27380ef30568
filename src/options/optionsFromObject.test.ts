import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTestOptions, parseTrainOptions, testOptions, trainOptions } from '../training/options.js';
import { camelCase, type OptionTable } from './spec.js';
import { TRAIN_OPTIONS } from './trainOptions.js';

/** Without what each knows of how it was given. */
const values = ({ given, ...opt }: { readonly given: readonly string[] }) => ({
  opt,
  given: [...given].sort(),
});

test('an object means what the same command line means', () => {
  const table: OptionTable = TRAIN_OPTIONS;
  const numbers = Object.entries(table).filter(([, spec]) => spec.kind === 'int' && spec.max === undefined);
  const some = fc.subarray(numbers.map(([flag]) => flag).filter((flag) => flag !== 'load_iter'));
  fc.assert(
    fc.property(some, fc.integer({ min: 10, max: 99 }), (flags, value) => {
      const argv = [
        '--dataroot',
        'd',
        '--netG',
        'unet_128',
        ...flags.flatMap((flag) => [`--${flag}`, `${value}`]),
      ];
      const object = Object.fromEntries(flags.map((flag) => [camelCase(flag), value]));
      const expected = values(parseTrainOptions(argv));
      assert.deepEqual(values(trainOptions({ dataroot: 'd', netG: 'unet_128', ...object })), expected);
    }),
    { seed: 36, numRuns: 40 },
  );
});

test('the model, the data set and the recipe of an object change defaults and add options', () => {
  assert.deepEqual(
    values(trainOptions({ dataroot: 'd', model: 'cycle_gan', noFlip: true })),
    values(parseTrainOptions(['--dataroot', 'd', '--model', 'cycle_gan', '--no_flip'])),
  );
  assert.deepEqual(
    values(trainOptions({ dataroot: 'd', recipe: 'paper', lambdaL1: 100 })),
    values(parseTrainOptions(['--dataroot', 'd', '--recipe', 'paper', '--lambda_L1', '100'])),
  );
  assert.throws(
    () => trainOptions({ dataroot: 'd', recipe: 'paper', netG: 'resnet_9blocks' }),
    /--recipe paper/,
  );
  const opt = testOptions({ name: 'facades', epoch: 'best' });
  assert.deepEqual(values(opt), values(parseTestOptions(['--name', 'facades', '--epoch', 'best'])));
});

test('what is undefined is not given, and no limit is Infinity', () => {
  const opt = trainOptions({ dataroot: 'd', nEpochs: undefined, maxSteps: Number.POSITIVE_INFINITY });
  assert.deepEqual(
    [opt.nEpochs, opt.maxSteps, opt.given],
    [100, Number.POSITIVE_INFINITY, ['dataroot', 'max_steps']],
  );
});

test('unknown names and bad values are refused with the nearest that is right', () => {
  const given = (extra: object) => () => trainOptions({ dataroot: 'd', ...extra });
  assert.throws(
    given({ nEpoch: 3 }),
    /^Pix2PixError: unknown option nEpoch\n.*\n +fix +did you mean nEpochs\?$/,
  );
  assert.throws(given({ n_epochs: 3 }), /did you mean nEpochs\?/);
  assert.throws(
    given({ netG: 'unet_129' }),
    /the option netG cannot be unet_129[\s\S]*did you mean unet_128\?/,
  );
  assert.throws(given({ nEpochs: '3' }), /the option nEpochs cannot be 3[\s\S]*a whole number/);
  assert.throws(
    given({ model: 'pix3pix' }),
    /the option model cannot be pix3pix[\s\S]*did you mean pix2pix\?/,
  );
  assert.throws(given({ config: 'x.json' }), /unknown option config/);
  assert.throws(given({ __proto__: null, toString: 1 }), /unknown option toString/);
  assert.throws(() => trainOptions({}), /--dataroot is missing/);
});

test('the compiler knows the names and their types', () => {
  // @ts-expect-error there is no such option
  assert.throws(() => trainOptions({ dataroot: 'd', epochs: 3 }));
  // @ts-expect-error a number is wanted
  assert.throws(() => trainOptions({ dataroot: 'd', nEpochs: '3' }));
  // @ts-expect-error it is none of the choices
  assert.throws(() => trainOptions({ dataroot: 'd', ganMode: 'minimax' }));
});
