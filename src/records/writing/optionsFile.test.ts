import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { OptionTable } from '../../options/spec.js';
import { formatOptions, writeOptionsFile } from './optionsFile.js';

const root = mkdtempSync(join(tmpdir(), 'options-file-'));
after(() => rmSync(root, { recursive: true }));

const about = { help: '', group: '' };
const table: OptionTable = {
  n_epochs: { ...about, kind: 'int', default: 100 },
  dataroot: { ...about, kind: 'string', default: undefined },
  batch_size: { ...about, kind: 'int', default: 1 },
  lambda_L1: { ...about, kind: 'float', default: 100 },
  lr: { ...about, kind: 'float', default: 0.0002 },
  max_dataset_size: { ...about, kind: 'int', default: Number.POSITIVE_INFINITY },
  no_flip: { ...about, kind: 'flag' },
  continue_train: { ...about, kind: 'flag' },
  suffix: { ...about, kind: 'string', default: '' },
};
const values = {
  nEpochs: 3,
  dataroot: './datasets/facades',
  batchSize: 1,
  lambdaL1: 100,
  lr: 0.00001,
  maxDatasetSize: Number.POSITIVE_INFINITY,
  noFlip: false,
  continueTrain: true,
  suffix: '',
};

/** Printed by Python from the reference's format strings and the same options. */
const block = `----------------- Options ---------------
               batch_size: 1                             
           continue_train: True                          \t[default: False]
                 dataroot: ./datasets/facades            \t[default: None]
                lambda_L1: 100.0                         
                       lr: 1e-05                         \t[default: 0.0002]
         max_dataset_size: inf                           
                 n_epochs: 3                             \t[default: 100]
                  no_flip: False                         
                   suffix:                               
----------------- End -------------------
`;

test('the block is what Python prints', () => {
  assert.equal(formatOptions(table, values), block);
});

test('floats are spelled as Python spells them', () => {
  const spell = (lr: number) => /lr: (\S+)/.exec(formatOptions({ lr: table.lr }, { lr }))?.[1];
  // from repr() of Python 3.11
  const known: [number, string][] = [
    [1e16, '1e+16'],
    [1e15, '1000000000000000.0'],
    [0.0001, '0.0001'],
    [1.5e-7, '1.5e-07'],
    [123456.789, '123456.789'],
    [1e22, '1e+22'],
    [-2, '-2.0'],
    [0, '0.0'],
  ];
  for (const [value, text] of known) assert.equal(spell(value), text);
});

test('the file is named after the phase and replaced whole', () => {
  const directory = join(root, 'run');
  writeOptionsFile(directory, 'train', table, { ...values, lr: 1 });
  assert.equal(writeOptionsFile(directory, 'train', table, values), block);
  assert.deepEqual(readdirSync(directory), ['train_opt.txt']);
  assert.equal(readFileSync(join(directory, 'train_opt.txt'), 'utf8'), block);
});

test('a phase that leaves the folder is refused', () => {
  assert.throws(() => writeOptionsFile(root, '../../train', table, values), /phase/);
});

test('a value cannot forge another line', () => {
  const forged = formatOptions(table, { ...values, suffix: 'a\n      lr: 5' });
  assert.equal(forged.split('\n').length, block.split('\n').length);
});
