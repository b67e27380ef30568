import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLossless, stringifyLossless } from './losslessJson.js';

test('every number comes back as it was, and plain JSON stays plain', () => {
  const anyValue = fc.dictionary(
    fc.string().filter((key) => !['__proto__', '$number', '$bigint'].includes(key)),
    fc.oneof(fc.double(), fc.bigInt(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.double())),
  );
  fc.assert(
    fc.property(anyValue, (value) => {
      assert.deepEqual(parseLossless(stringifyLossless(value)), { ...value });
    }),
  );
  assert.equal(stringifyLossless({ a: [1, 'x', null, true], b: undefined }), '{"a":[1,"x",null,true]}');
  assert.deepEqual(parseLossless('{"$number":"7"}'), { $number: '7' });
});

test('a key __proto__ is refused', () => {
  assert.throws(() => parseLossless('{"a":{"__proto__":{"x":1}}}'), SyntaxError);
});
