import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MachineError } from './machineError.js';
import { Pix2PixError } from './pix2pixError.js';
import { receiveError, sendError } from './sentError.js';

const across = (error: unknown) => receiveError(structuredClone(sendError(error)));

test('an error is the same after crossing to another thread', () => {
  const told = new Pix2PixError('it is wrong', { here: 1, there: 'two' }, 'turn it round');
  const arrived = across(told) as Pix2PixError;
  assert.ok(arrived instanceof Pix2PixError);
  assert.deepEqual(
    [arrived.message, arrived.summary, arrived.facts, arrived.fix, arrived.stack],
    [told.message, told.summary, told.facts, told.fix, told.stack],
  );
  assert.ok(!(arrived instanceof MachineError));
  for (const mayPass of [true, false]) {
    const lack = across(new MachineError('the disk is full', { code: 'ENOSPC' }, 'free some', mayPass));
    assert.ok(lack instanceof MachineError);
    assert.equal(lack.mayPass, mayPass);
    assert.match(lack.message, /^the disk is full\n {2}code {2}ENOSPC\n {2}fix {3}free some$/);
  }
  const defect = new TypeError('x is no function');
  assert.deepEqual([across(defect).message, across(defect).stack], [defect.message, defect.stack]);
  assert.equal(across('a text').message, 'a thread threw a text');
});
