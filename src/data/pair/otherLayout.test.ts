import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { commandLine } from '../../base/commandLine.js';
import { findPairs } from './pairs.js';
import { findUnpaired } from './unalignedSource.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'pix2pix-layouts-')));
after(() => rmSync(base, { recursive: true }));
let folders = 0;

/** A data root with these files. */
function dataroot(...files: readonly string[]): string {
  const root = join(base, String(folders++), 'data');
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

/** What the error says of pairs, or of the sides apart; paths begin at the data root. */
async function advice(find: typeof findPairs | typeof findUnpaired, root: string, phase = 'train') {
  const error = await find(root, phase).then(
    () => assert.fail('found'),
    (error) => error,
  );
  const { found } = error.facts;
  return [String(found).replaceAll(root, '.'), error.fix.replaceAll(root, '.')];
}

test('folders that are only spelt otherwise', async () => {
  const capital = dataroot('Train/1.png');
  assert.deepEqual(await advice(findPairs, capital), [
    './Train',
    'rename it to train, or pass --phase Train',
  ]);
  for (const [a, b] of [
    ['train_A', 'train_B'],
    ['Train-a', 'Train-b'],
    ['training A', 'training B'],
  ]) {
    const root = dataroot(`${a}/1.png`, `${b}/1.png`);
    const expected = [`./${a} and ./${b}`, 'rename them to trainA and trainB'];
    assert.deepEqual(await advice(findPairs, root), expected);
    assert.deepEqual(await advice(findUnpaired, root), expected);
  }
});

test('a folder of each side, with phases inside or without', async () => {
  const phases = dataroot('A/train/1.png', 'B/train/1.png');
  const [from, out] = [join(phases, 'A'), `${phases}_pairs`];
  assert.deepEqual(await advice(findPairs, phases), [
    './A/train and ./B/train',
    `${commandLine('dataset', 'combine', from, join(phases, 'B'), out)}, then --dataroot ${out}`.replaceAll(
      phases,
      '.',
    ),
  ]);
  assert.deepEqual((await advice(findUnpaired, phases))[1], 'rename them to ./trainA and ./trainB');
  const flat = dataroot('A/1.png', 'B/1.png');
  const [found, fix] = await advice(findPairs, flat);
  assert.equal(found, './A and ./B');
  assert.match(fix, /dataset combine .*A .*B .*_pairs[\\/]train, then --dataroot \S+_pairs$/);
});

test('the sides in folders of the phase are not taken for pairs', async () => {
  const root = dataroot('train/A/1.png', 'train/B/1.png');
  assert.deepEqual(await advice(findPairs, root), [
    './train/A and ./train/B',
    'rename them to ./trainA and ./trainB',
  ]);
  const categories = dataroot('train/A/1.png', 'train/C/1.png');
  assert.equal((await findPairs(categories, 'train')).length, 2);
});

test('another phase', async () => {
  const pairs = dataroot('train/1.png', 'val/1.png');
  assert.deepEqual(await advice(findPairs, pairs, 'test'), ['./val', 'pass --phase val']);
  assert.equal((await advice(findPairs, dataroot('Train/1.png'), 'test'))[1], 'pass --phase Train');
  const sides = dataroot('trainA/1.png', 'trainB/1.png');
  assert.deepEqual(await advice(findUnpaired, sides, 'test'), [
    './trainA and ./trainB',
    'pass --phase train',
  ]);
});

test('one level down or up', async () => {
  const wrapped = dataroot('facades/train/1.png');
  assert.deepEqual(await advice(findPairs, wrapped), ['./facades/train', 'pass --dataroot ./facades']);
  const root = dataroot('train/1.png');
  const [found, fix] = await advice(findPairs, join(root, 'train'));
  assert.deepEqual(
    [found, fix],
    ['images in . itself', `pass the folder that it lies in: --dataroot ${root}`],
  );
});

test('a plain folder of images', async () => {
  const root = dataroot('1.png', '2.png');
  const [found, training] = await advice(findPairs, root);
  assert.equal(found, 'images in . itself');
  assert.match(training, /^move A\|B pairs to \.\/train; .* dataset combine makes pairs/);
  const [, testing] = await advice(findPairs, root, 'test');
  assert.match(testing, /^move .* to \.\/test; .*: --model test, or .* translate --model NAME \. OUT$/);
  assert.match((await advice(findUnpaired, root, 'test'))[1], /: --model test --model_suffix _A, or/);
});

test('pairs for a model that takes the sides apart', async () => {
  const [found, fix] = await advice(findUnpaired, dataroot('train/1.png'));
  assert.equal(found, './train');
  assert.match(fix, /dataset split \. \S+_split; or .*--model pix2pix$/);
});
