import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTemporaryName } from './parseTemporaryName.js';
import { temporaryName } from './temporaryName.js';

test('temporary names are hidden, new each time, and tell target and process', () => {
  const name = temporaryName('run/latest.json');
  assert.notEqual(name, temporaryName('run/latest.json'));
  assert.deepEqual(parseTemporaryName(name), { target: 'latest.json', pid: process.pid });
  for (const other of ['latest.json', '.x.tmp', `../${name}`, `x${name}`, name.replace('json', '/json')]) {
    assert.equal(parseTemporaryName(other), undefined, other);
  }
});

test('a temporary name fits a file system where its target does', () => {
  for (const letter of ['x', 'ä', '€', '😀']) {
    const target = letter.repeat(Math.floor(255 / Buffer.byteLength(letter)));
    const name = temporaryName(target);
    assert.ok(Buffer.byteLength(name) <= 255, name);
    assert.ok(target.startsWith(name.slice(1, name.indexOf(`.${process.pid}-`))), name);
  }
});
