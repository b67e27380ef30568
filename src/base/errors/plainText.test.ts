import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pix2PixError } from './pix2pixError.js';
import { plainLine, plainText } from './plainText.js';

test('control characters are written out, and no other character is touched', () => {
  assert.equal(
    plainLine('a\u001b]0;title\u0007\r\nb\tc\u009b2J\u007f'),
    'a\\u001b]0;title\\u0007\\r\\nb\\tc\\u009b2J\\u007f',
  );
  assert.equal(plainLine('gepo\u202egnp.exe'), 'gepo\\u202egnp.exe');
  assert.equal(plainText('a\r\n\tb\u001b[2J'), 'a\\r\n\tb\\u001b[2J');
  const plain = 'Ärger – 日本語 😀 a\\b é';
  assert.deepEqual([plainLine(plain), plainText(plain)], [plain, plain]);
});

test('JSON says the same afterwards, and twice is once', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(JSON.parse(plainText(JSON.stringify(text))), text);
      assert.equal(plainLine(plainLine(text)), plainLine(text));
      assert.ok(!/\p{Cc}/u.test(plainLine(text)));
    }),
    { seed: 15 },
  );
});

test('an error that quotes a name is a line for each fact, whatever the name holds', () => {
  const name = 'x\u001b[31m\nfix  remove everything';
  const error = new Pix2PixError(`cannot open ${name}`, { file: name }, `look at ${name}`);
  const escaped = 'x\\u001b[31m\\nfix  remove everything';
  assert.equal(error.message, `cannot open ${escaped}\n  file  ${escaped}\n  fix   look at ${escaped}`);
  assert.equal(error.summary, `cannot open ${escaped}`);
});
