import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseTrainOptions } from '../training/options.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-config-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'options.json');

/** Parses a command line with a configuration file of this text. */
function parse(text: string, ...argv: string[]) {
  writeFileSync(path, text);
  return parseTrainOptions(['--config', path, ...argv]);
}

test('a file gives options and the command line wins', () => {
  const text =
    '{ "dataroot": "./d", "batch_size": 4, "no_flip": true, "lr": 1, "max_steps": "inf", "model": "pix2pix" }';
  const opt = parse(text, '--lr', '0.5', '--no_flip=false');
  assert.deepEqual([opt.dataroot, opt.batchSize, opt.noFlip, opt.lr], ['./d', 4, false, 0.5]);
  assert.equal(opt.maxSteps, Number.POSITIVE_INFINITY);
  assert(opt.given.includes('batch_size'));
});

test('unknown keys and bad values are refused with file, key and the nearest', () => {
  assert.throws(
    () => parse('{ "loadSize": 4 }'),
    /unknown option loadSize in .*options\.json[\s\S]*did you mean load_size\?/,
  );
  assert.throws(() => parse('{ "__proto__": 4 }'), /unknown option __proto__/);
  assert.throws(() => parse('{ "config": "x" }'), /unknown option config/);
  assert.throws(
    () => parse('{ "norm": "btach" }'),
    /options\.json: norm cannot be "btach"[\s\S]*did you mean batch/,
  );
  assert.throws(() => parse('{ "batch_size": "4" }'), /batch_size cannot be "4"/);
  assert.throws(() => parse('{ "batch_size": 1.5 }'), /batch_size cannot be 1\.5/);
  assert.throws(() => parse('{ "no_flip": 1 }'), /no_flip cannot be 1/);
  assert.throws(() => parse('{ "name": ["a"] }'), /name cannot be \["a"\]/);
  assert.throws(() => parse('{ "model": "cyclegan" }'), /options\.json: model cannot be/);
});

test('what is no file of options is refused with the reason', () => {
  assert.throws(() => parse('{ "lr": 1, }'), /is no JSON/);
  assert.throws(() => parse('[]'), /holds no JSON object/);
  assert.throws(() => parse('null'), /holds no JSON object/);
  assert.throws(() => parse(' '.repeat(2 ** 20 + 1)), /too long/);
  assert.throws(
    () => parseTrainOptions(['--config', join(folder, 'none.json')]),
    /cannot read[\s\S]*none\.json/,
  );
  assert.throws(() => parseTrainOptions(['--config', folder]), /cannot read/);
});

test('a byte order mark is no fault', () => {
  assert.equal(parse('\ufeff{ "dataroot": "./d" }').dataroot, './d');
});

/** The same from a file whose name says YAML. */
function parseYaml(text: string, ending = 'yaml') {
  const file = join(folder, `options.${ending}`);
  writeFileSync(file, text);
  return parseTrainOptions(['--config', file]);
}

test('YAML says the same as JSON', () => {
  const text = `# what we train
dataroot: ./datasets/my data   # spaces need no quotes
batch_size: 4
no_flip: true
lr: 1e-4
max_steps: .inf
direction: BtoA
name: "no"
`;
  for (const ending of ['yaml', 'yml', 'YML']) {
    const opt = parseYaml(text, ending);
    assert.deepEqual(
      [opt.dataroot, opt.batchSize, opt.noFlip, opt.lr, opt.maxSteps, opt.direction, opt.name],
      ['./datasets/my data', 4, true, 1e-4, Number.POSITIVE_INFINITY, 'BtoA', 'no'],
    );
  }
  assert.equal(parseYaml('{ "dataroot": "d", "max_steps": "inf" }').maxSteps, Number.POSITIVE_INFINITY);
});

test('YAML that is none, or holds no options, is refused as JSON is', () => {
  assert.throws(() => parseYaml('dataroot: [1'), /is no YAML\n[\s\S]*options\.yaml[\s\S]*because[\s\S]*fix/);
  assert.throws(() => parseYaml('a: 1\na: 2'), /is no YAML\n[\s\S]*unique/);
  assert.throws(() => parseYaml('- dataroot'), /holds no YAML object/);
  assert.throws(() => parseYaml(''), /holds no YAML object/);
  assert.throws(() => parseYaml('loadSize: 4'), /unknown option loadSize in .*options\.yaml[\s\S]*load_size/);
  assert.throws(() => parseYaml('__proto__: 4'), /unknown option __proto__/);
  assert.throws(() => parseYaml('dataroot: { a: 1 }'), /dataroot cannot be/);
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
  for (const [of, name] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => [...pair]))
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(',')}]`);
  assert.throws(() => parseYaml(bomb.join('\n')), /is no YAML\n[\s\S]*alias/);
});
