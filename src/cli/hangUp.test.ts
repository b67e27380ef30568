import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isHangUpIgnored } from './hangUp.js';

const root = mkdtempSync(join(tmpdir(), 'hang-up-'));
after(() => rmSync(root, { recursive: true }));
let folders = 0;

/** This process's input and its parent's ignored signals, as /proc shows them. */
function proc({ input = '/dev/null', flags = '0100000', ignored = '0000000000001000' } = {}): string {
  const folder = join(root, String(folders++));
  mkdirSync(join(folder, 'self', 'fd'), { recursive: true });
  mkdirSync(join(folder, 'self', 'fdinfo'));
  mkdirSync(join(folder, String(process.ppid)));
  symlinkSync(input, join(folder, 'self', 'fd', '0'));
  writeFileSync(join(folder, 'self', 'fdinfo', '0'), `pos:\t0\nflags:\t${flags}\nmnt_id:\t24\n`);
  writeFileSync(
    join(folder, String(process.ppid), 'status'),
    `Name:\tsh\nSigBlk:\t0000000000000001\nSigIgn:\t${ignored}\nSigCgt:\t0000000000000001\n`,
  );
  return folder;
}

test('the traces of nohup, and a parent that ignores the signal', () => {
  assert.equal(isHangUpIgnored({ environment: {}, proc: proc() }), false);
  assert.equal(isHangUpIgnored({ environment: { _: '/usr/bin/node' }, proc: proc() }), false);
  assert.equal(isHangUpIgnored({ environment: {}, proc: join(root, 'no such folder') }), false);
  assert.equal(isHangUpIgnored({ environment: { _: '/usr/bin/nohup' }, proc: proc() }), true);
  assert.equal(isHangUpIgnored({ environment: {}, proc: proc({ flags: '0100001' }) }), true);
  assert.equal(isHangUpIgnored({ environment: {}, proc: proc({ flags: '0100002' }) }), false);
  assert.equal(isHangUpIgnored({ environment: {}, proc: proc({ input: 'pipe:[7]', flags: '01' }) }), false);
  assert.equal(isHangUpIgnored({ environment: {}, proc: proc({ ignored: '0000000000001001' }) }), true);
});
