import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileUrl, html } from './html.js';

/** The text that a browser's parser reads, in an element or in a quoted attribute. */
const parsed = (text: string) =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'",
  );

test('whatever is inserted stays text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [, attribute, content] =
        /^<a title="([^"]*)">([^<]*)<\/a>$/u.exec(`${html`<a title="${text}">${text}</a>`}`) ?? [];
      assert.equal(parsed(attribute), text);
      assert.equal(parsed(content), text);
    }),
  );
});

test('HTML, lists, numbers and undefined are inserted as such', () => {
  const items = ['<', 2, undefined].map((item) => html`<li>${item}</li>`);
  assert.equal(`${html`<ul>${items}</ul>`}`, '<ul><li>&lt;</li><li>2</li><li></li></ul>');
});

test('a file name becomes one step of an address, which leads back to it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const address = fileUrl(name);
      assert.match(address, /^[\w.~%-]*$/);
      assert.equal(decodeURIComponent(address), name);
    }),
  );
  assert.equal(fileUrl('a\ud800'), 'a%EF%BF%BD');
});
