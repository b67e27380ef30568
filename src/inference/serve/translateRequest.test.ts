import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Refused } from '../../base/http/refused.js';
import { BASE64, requestOfJson, type TranslateSettings } from './translateRequest.js';

const query: TranslateSettings = { model: undefined, format: 'png', quality: 95 };
const imagesOf = (...images: readonly string[]) =>
  requestOfJson(new TextEncoder().encode(JSON.stringify({ images })), query).images;

test('an image of 20 MB in base64 is read', () => {
  const file = Buffer.alloc(20e6, 'pix2pix');
  assert.ok(file.equals(imagesOf(file.toString('base64'))[0]));
});

test('texts are taken as base64 exactly where the description says so', () => {
  const letter = fc.constantFrom(...'Aa0+/=-_ \n');
  fc.assert(
    fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 9 }), (text) => {
      if (BASE64.test(text)) assert.ok(imagesOf(text)[0].length > 0);
      else
        assert.throws(
          () => imagesOf(text),
          (error: Refused) => error.status === 400,
        );
    }),
    { numRuns: 2000 },
  );
});
