import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson, type StrictJson } from './strictJson.js';

const limits = { maxValues: 10_000, maxDepth: 50 };

function plain(value: StrictJson): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
}

test('valid texts read as JSON.parse reads them', () => {
  const anyText = fc.tuple(fc.json({ maxDepth: 4 }), fc.constantFrom(0, 1, '\t', ' \r\n'));
  fc.assert(
    fc.property(anyText, ([text, indent]) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      assert.deepEqual(plain(parseStrictJson(spaced, limits)), JSON.parse(spaced));
    }),
  );
  const text = String.raw` { "a\"\\" : [ -0.5e+3 , 1E2, 0 , true,false,null, {}, [] , "ü\u00fc\/" ] } `;
  assert.deepEqual(plain(parseStrictJson(text, limits)), JSON.parse(text));
});

test('a text with any character changed is refused when JSON.parse refuses it, and reads the same otherwise', () => {
  const text = '{"w":{"dtype":"F32","shape":[1,-2.5e1],"b":[true,null]},"\\u0061":false}';
  const anyChange = fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'{}[]",:\\ 0-.eEx\n\u0001ü'));
  const parse = (change: string) => {
    try {
      return { value: JSON.parse(change) as unknown };
    } catch {
      return undefined;
    }
  };
  fc.assert(
    fc.property(anyChange, ([at, character]) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      const expected = parse(changed);
      if (expected === undefined) assert.throws(() => parseStrictJson(changed, limits), SyntaxError, changed);
      else if (!/"(\w*)":.*"\1":/.test(changed))
        assert.deepEqual(plain(parseStrictJson(changed, limits)), expected.value);
    }),
    { numRuns: 500 },
  );
});

test('duplicate keys, depth and number of values are bounded', () => {
  assert.throws(() => parseStrictJson('{"a":1,"b":2,"a":3}', limits), /duplicate key "a" at character/);
  assert.throws(() => parseStrictJson('{"a":1,"\\u0061":3}', limits), /duplicate key "a"/);
  assert.throws(() => parseStrictJson('['.repeat(1e6), limits), /nested deeper than 50/);
  assert.throws(() => parseStrictJson(`[${'0,'.repeat(10_000)}0]`, limits), /more than 10000 values/);
  parseStrictJson('['.repeat(50) + ']'.repeat(50), limits);
});

test('megabytes of text in one string are no trouble', () => {
  const long = JSON.stringify(`${'\\"'.repeat(1_000_000)}`);
  assert.equal(parseStrictJson(long, limits), JSON.parse(long));
});

test('__proto__ is a key like any other', () => {
  const value = parseStrictJson('{"__proto__":{"x":1}}', limits);
  assert.ok(value instanceof Map && value.get('__proto__') instanceof Map);
  assert.equal(({} as { x?: unknown }).x, undefined);
});
