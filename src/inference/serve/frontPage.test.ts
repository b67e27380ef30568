import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { frontPage, type ListedModel } from './frontPage.js';

const picture = { inputNc: 3, outputNc: 3, options: {} };

/** Each model's line, and what it is said to be for. */
function linesOf(models: readonly ListedModel[]) {
  const { document } = parseHTML(String(frontPage(models, 'http://127.0.0.1:8098')));
  return [...document.querySelectorAll('details')].map((details) => ({
    isOpen: details.hasAttribute('open'),
    summary: details.querySelector('summary')!.textContent,
    line: details.querySelector('pre')!.textContent!,
  }));
}

const listed = (name: string, generator: ListedModel['generator']) => ({ name, hasPage: true, generator });

test('every model has its own line, and the first one shows it', () => {
  const lines = linesOf([listed('a', picture), listed('b', undefined)]);
  assert.deepEqual(
    lines.map(({ isOpen }) => isOpen),
    [true, false],
  );
  for (const [i, name] of ['a', 'b'].entries())
    assert.match(lines[i].line, new RegExp(`^curl .*@in\\.png [^]*translate\\?model=${name}' > out\\.png$`));
});

test('what the service does not translate has the line of pix2pix translate, by what it takes and makes', () => {
  const lines = linesOf([
    listed('my labels', { ...picture, options: { label_nc: 5 } }),
    listed('heights', { ...picture, inputNc: 1, outputNc: 1, options: { value_range: '0,4000' } }),
    listed('bands', { ...picture, inputNc: 5 }),
  ]);
  assert.deepEqual(
    lines.map(({ line }) => line),
    [
      "pix2pix translate --model 'my labels' in.png out.png",
      'pix2pix translate --model heights in.tif out.tif',
      'pix2pix translate --model bands in.tif out.png',
    ],
  );
  for (const [i, reason] of [/takes labels/, /takes numbers of a range/, /takes 5 channels/].entries())
    assert.match(lines[i].summary!, reason);
});

test('whatever a model is called, its name reaches the server whole', {
  skip: process.platform === 'win32',
}, () => {
  for (const name of ["it's", 'a b&c=d#e', '<b>"$HOME"`id`\\']) {
    const [{ line }] = linesOf([listed(name, picture)]);
    const words = execFileSync('sh', [
      '-c',
      `curl() { printf '%s' "\${6}"; }; ${line.replace('> out.png', '')}`,
    ]);
    assert.equal(new URL(String(words)).searchParams.get('model'), name);
  }
});
