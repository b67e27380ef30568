import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { parseTrainOptions, registeredExtensions } from '../training/options.js';
import { publicOptions, restoreTrainOptions, serialiseOptions, tableOf } from './serialise.js';
import { defaultOf, type OptionScalar, type OptionSpec } from './spec.js';
import { TRAIN_OPTIONS } from './trainOptions.js';

const EXTENSIONS = registeredExtensions();

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-options-'));
after(() => rmSync(folder, { recursive: true }));

/** Any value that the option takes. */
function anyValue(flag: string, spec: OptionSpec): fc.Arbitrary<OptionScalar> {
  switch (spec.kind) {
    case 'flag':
      return fc.boolean();
    case 'choice':
      return fc.constantFrom(...spec.choices);
    case 'string':
      if (flag === 'recipe') return fc.constant(''); // a recipe refuses many values of other flags
      if (flag === 'epoch') return fc.constantFrom('latest', 'best', '7');
      if (flag === 'gpu') return fc.constantFrom('NVIDIA', 'Intel(R) Graphics');
      if (flag === 'mlflow_uri') return fc.constantFrom('', 'http://127.0.0.1:5000');
      if (flag === 'cache_images') return fc.constantFrom('auto', 'off', '4', '900 MB');
      if (/_range$/.test(flag)) return fc.constantFrom('', 'auto', '0,4095', '-1000,3000,0,1');
      if (flag === 'show_bands') return fc.constantFrom('', '3', '3,2,1');
      if (flag === 'label_palette') return fc.constantFrom('', '000000,ff8000');
      if (flag === 'resize_filter') return fc.constantFrom('bicubic', 'nearest,bicubic');
      return flag === 'memory_limit'
        ? fc.constantFrom('4GB', '900 MiB')
        : fc.stringMatching(/^[A-Za-z0-9 ä=-]{1,12}$/);
    case 'size':
      return fc.constantFrom(64, '512x256' as const);
    default: {
      const min = Math.max(spec.min ?? spec.above ?? -1000, -1000);
      const max = Math.min(spec.max ?? spec.below ?? min + 1000, min + 1000);
      const finite =
        spec.kind === 'int'
          ? fc.integer({ min, max })
          : fc.double({ min, max, noNaN: true, minExcluded: spec.above !== undefined, maxExcluded: true });
      return spec.infinite ? fc.oneof(finite, fc.constant(Number.POSITIVE_INFINITY)) : finite;
    }
  }
}

const any = fc.record(
  Object.fromEntries(
    Object.entries(TRAIN_OPTIONS)
      // --label_nc sets --input_nc, and is refused where the two differ
      .filter(([flag]) => flag !== 'label_nc')
      // --gpu_ids says --device in another way, and is refused where the two differ
      .filter(([flag]) => !['config', 'suffix', 'alert_webhook', 'gpu_ids'].includes(flag))
      .map(([flag, spec]) => [flag, anyValue(flag, spec)]),
  ),
  { requiredKeys: ['dataroot'] },
);
/** Without those that would have no effect, which are refused. */
const given = any.filter(
  ({ init_from: from, init_partial: isPartial, continue_train: continues }) =>
    !(from && continues) && !(isPartial && !from),
);

test('command line, options, JSON, configuration file and options again are the same', () => {
  const path = join(folder, 'config.json');
  fc.assert(
    fc.property(given, (values) => {
      const argv = Object.entries(values).map(([flag, value]) => `--${flag}=${value}`);
      const opt = parseTrainOptions(argv);
      const json = JSON.stringify(serialiseOptions(opt, EXTENSIONS));
      writeFileSync(path, json);
      const { given: _, config, ...again } = parseTrainOptions(['--config', path]);
      const { given: flags, config: __, ...first } = opt;
      assert.deepEqual(again, first);
      assert.equal(config, path);
      const implied = values.gpu === undefined ? [] : ['device'];
      assert.deepEqual([...flags].sort(), [...new Set([...Object.keys(values), ...implied])].sort());
      const { given: ___, config: ____, ...restored } = restoreTrainOptions(JSON.parse(json), EXTENSIONS);
      assert.deepEqual(restored, first);
    }),
    { numRuns: 60 },
  );
});

test('a suffix is part of the name once', () => {
  const opt = parseTrainOptions(['--dataroot', './d', '--name', 'a', '--suffix', 'b']);
  assert.equal(opt.name, 'a_b');
  assert.equal(restoreTrainOptions(serialiseOptions(opt, EXTENSIONS), EXTENSIONS).name, 'a_b');
});

test('restoring passes over what it does not know and refuses what is not valid', () => {
  assert.equal(restoreTrainOptions({ ngf: 32, of_the_future: [1] }, EXTENSIONS).ngf, 32);
  assert.throws(() => restoreTrainOptions({ ngf: -1 }, EXTENSIONS), /--ngf in the checkpoint cannot be -1/);
  assert.throws(() => restoreTrainOptions({ name: '../../x' }, EXTENSIONS), /--name in the checkpoint/);
  assert.throws(
    () => restoreTrainOptions({ model: 'future' }, EXTENSIONS),
    /--model in the checkpoint cannot be future/,
  );
  assert.throws(() => restoreTrainOptions({ phase: '\u001b[2J' }, EXTENSIONS), /cannot be "\\u001b\[2J"/);
});

test('the table behind options has the defaults of their model', () => {
  const table = tableOf(parseTrainOptions(['--dataroot', './d', '--norm', 'none']), EXTENSIONS);
  assert.equal(defaultOf(table.norm), 'batch');
  assert.equal(defaultOf(table.lambda_L1), 100);
});

test('of an extension and of other versions no text is given away, unless it is declared public', () => {
  const text = { kind: 'string', default: '', group: 'g', help: 'h' } as const;
  const options = { key_file: text, palette: { ...text, isPublic: true } };
  const extensions = { models: { mine: { options } }, datasets: { aligned: {} }, recipes: {} };
  const stored = {
    model: 'mine',
    dataset_mode: 'aligned',
    key_file: '/home/me/key',
    palette: 'warm',
    lr: 0.1,
  };
  const unknown = { later: '/home/me', laterToo: { at: '/home/me' }, count: 3 };
  const { key_file: _, ...rest } = stored;
  assert.deepEqual(publicOptions({ ...stored, ...unknown }, extensions), { ...rest, count: 3 });
});
