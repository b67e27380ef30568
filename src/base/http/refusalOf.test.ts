import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pix2PixError } from '../errors/pix2pixError.js';
import { receiveError, sendError } from '../errors/sentError.js';
import { fileError, systemErrorInWords } from '../files/systemError.js';
import { refusalOf } from './refusalOf.js';
import { Refused } from './refused.js';

/** An error as another thread tells of it. */
const across = (error: unknown) => receiveError(structuredClone(sendError(systemErrorInWords(error))));

/** As Node makes them. */
function systemError(code: string, path: string, syscall = 'open'): Error {
  const message = `${code}: a reason, ${syscall} '${path}'`;
  return Object.assign(new Error(message), { code, syscall, path });
}

test('whose fault it is decides, in whatever thread it arose', () => {
  const cases: readonly (readonly [Error, status: number, retryAfter: number | undefined])[] = [
    [new Pix2PixError('the image is too large', {}, 'scale it'), 400, undefined],
    [systemError('EMFILE', '/a'), 503, 10],
    [systemError('ENOMEM', '/a'), 503, 10],
    [systemError('ENOSPC', '/a'), 503, 10],
    [systemError('EIO', '/a'), 500, undefined],
    [systemError('EACCES', '/a'), 500, undefined],
    [fileError(systemError('EROFS', '/a'), 'it cannot be written', '/a') as Error, 500, undefined],
    [new RangeError('Array buffer allocation failed'), 503, 10],
    [new Error('std::bad_alloc'), 503, 10],
    [new TypeError('x is not a function'), 500, undefined],
  ];
  for (const [error, status, retryAfter] of cases) {
    for (const met of [error, across(error)]) {
      const refused = refusalOf(met);
      assert.deepEqual([refused.status, refused.retryAfter], [status, retryAfter], error.message);
      assert.ok(refused.fix);
    }
  }
  const own = new Refused(429, 'too much', 'later', 3);
  assert.equal(refusalOf(own), own);
});

test('paths of the machine are told to those who run the server alone', () => {
  const codes = fc.constantFrom('EMFILE', 'EIO', 'ENOENT', 'EODD', 'EACCES');
  const calls = fc.constantFrom('open', 'read', 'frob', 'spawn /srv/models/it');
  fc.assert(
    fc.property(codes, calls, fc.boolean(), (code, call, isSent) => {
      const error = systemError(code, '/srv/models/it', call);
      const { message, fix, whole } = refusalOf(isSent ? across(error) : error);
      assert.ok(!`${message} ${fix}`.includes('/srv'), `${message} ${fix}`);
      assert.ok(whole.includes('/srv/models/it') && whole.includes(code), whole);
    }),
  );
  const defect = refusalOf(new Error('Cannot find module /srv/x.js'));
  assert.equal(defect.message, 'a defect of pix2pix-ts');
  assert.match(defect.whole, /\/srv\/x\.js/);
});
