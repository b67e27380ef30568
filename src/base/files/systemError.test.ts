import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MachineError } from '../errors/machineError.js';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { fileError, systemErrorInWords } from './systemError.js';

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
}

test('an error of the system becomes words that name the place, the code and the fix', () => {
  const error = thrown(() => readFileSync('/nowhere/at\nall'));
  const told = fileError(error, 'cannot read the list', '/nowhere/at\nall') as Error;
  assert.ok(told instanceof MachineError);
  assert.equal(
    told.message,
    'cannot read the list: no such file or folder\n  path  /nowhere/at\\nall\n  code  ENOENT\n  fix   check the path',
  );
  assert.equal(told.cause, error);
});

test('one that nobody expected is worded by its call', () => {
  const open = Object.assign(new Error('EMFILE'), { code: 'EMFILE', syscall: 'open', path: '/a' });
  assert.match(String(systemErrorInWords(open)), /cannot open: too many files are open\n +path +\/a/);
  const write = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
  assert.match(String(systemErrorInWords(write)), /cannot write: the disk is full\n +code/);
  const listen = { code: 'EADDRINUSE', syscall: 'listen', address: '::1', port: 80 };
  assert.match(String(systemErrorInWords(Object.assign(new Error(), listen))), /taken\n +path +::1:80/);
  const strange = Object.assign(new Error('EODD: a strange thing'), { code: 'EODD', syscall: 'frob' });
  assert.match(String(systemErrorInWords(strange)), /cannot frob: EODD: a strange thing/);
});

test('a lack of memory is none of our defects', () => {
  for (const work of [
    () => new Float32Array(2 ** 52),
    () => new ArrayBuffer(2 ** 52),
    () => 'x'.repeat(2 ** 40),
  ]) {
    const error = thrown(work);
    if (/string/.test(String(error)))
      assert.equal(systemErrorInWords(error), error); // a defect of ours
    else assert.match(String(systemErrorInWords(error)), /there is not enough memory[\s\S]*fix/);
  }
});

test('everything else stays as it is', () => {
  for (const error of [new TypeError('x'), new Pix2PixError('x'), 'text', undefined]) {
    assert.equal(systemErrorInWords(error), error);
    assert.equal(fileError(error, 'cannot', '/a'), error);
  }
});
