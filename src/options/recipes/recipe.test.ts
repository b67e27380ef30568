import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { parseTrainOptions } from '../../training/options.js';
import { camelCase } from '../spec.js';
import { BUILT_IN_RECIPES } from './builtIn.js';
import { settingsOf } from './recipe.js';
import { registerRecipe } from './registry.js';

const parse = (...argv: string[]) => parseTrainOptions(['--dataroot', 'd', ...argv]);
const valuesOf = (opt: object) => opt as Readonly<Record<string, unknown>>;

for (const [name, recipe] of Object.entries(BUILT_IN_RECIPES)) {
  test(`${name}: everything that it says is so, and all of it are options of its model`, () => {
    const opt = valuesOf(parse('--recipe', name));
    for (const [flag, value] of Object.entries(settingsOf(recipe))) {
      assert.equal(opt[camelCase(flag)], value, flag);
    }
    assert.ok(recipe.about.length > 10 && recipe.source.length > 10);
  });
}

test('the paper’s recipe is what happens without one', () => {
  const { recipe, given, ...rest } = parse('--recipe', 'paper');
  assert.equal(recipe, 'paper');
  assert.deepEqual(given, ['dataroot', 'recipe']);
  const { recipe: _, given: __, ...standard } = parse();
  assert.deepEqual(rest, standard);
});

test('defaults of a recipe may be changed; what makes it may be repeated, and not contradicted', () => {
  const { batchSize, nEpochs } = parse('--recipe', 'article', '--batch_size', '1');
  assert.deepEqual([batchSize, nEpochs], [1, 30]);
  parse('--recipe', 'article', '--gan_mode', 'vanilla', '--whole_D');
  for (const [flags, message] of [
    [
      '--gan_mode lsgan',
      /^--recipe article and --gan_mode lsgan contradict each other\n[\s\S]*--gan_mode vanilla/,
    ],
    ['--whole_D=false', /--recipe article and --whole_D=false contradict each other\n[\s\S]*has --whole_D\n/],
    ['--no_dropout', /--recipe article and --no_dropout contradict/],
    ['--model cycle_gan', /--recipe article and --model cycle_gan contradict/],
  ] as const) {
    assert.throws(
      () => parse('--recipe', 'article', ...flags.split(' ')),
      (error: unknown) => error instanceof Pix2PixError && message.test(error.message),
      flags,
    );
  }
  assert.throws(() => parse('--recipe', 'papper'), /did you mean paper\?/);
});

test('a recipe of one’s own is an object under a name', () => {
  registerRecipe('tiny', {
    about: 'pix2pix on icons',
    source: 'this test',
    fixed: { model: 'pix2pix', netG: 'unet_32' },
    defaults: { ngf: 4, crop_size: 32, load_size: 36 },
  });
  const { netG, ngf, cropSize, norm } = parse('--recipe', 'tiny', '--ngf', '8');
  assert.deepEqual([netG, ngf, cropSize, norm], ['unet_32', 8, 32, 'batch']);
  assert.throws(() => parse('--recipe', 'tiny', '--netG', 'unet_64'), /--recipe tiny and --netG unet_64/);
});
