import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolder } from '../src/base/files/cacheFolder.js';
import { repositoryRoot } from '../test/repository.js';

const folder = join(repositoryRoot, 'bench');

test('benchmarks keep what they time in a folder of their own', async () => {
  process.env.PIX2PIX_CACHE = '/a/folder/of/a/person';
  await import('./ownCache.js');
  assert.equal(cacheFolder(), join(folder, 'results', 'cache'));
});

/** By which a benchmark keeps choices, itself or in processes that it starts. */
const KEEPS =
  /TunedChoicesFile|createModel\(|dryRun\(|bin\/pix2pix\.js|'\.\/(step|gpuStep|trainCommand|translation)\.js'/;

test('every benchmark that trains or translates does so', () => {
  const concerned = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
    .filter(({ text }) => /parseArgs\(|process\.argv/.test(text) && KEEPS.test(text));
  assert.ok(concerned.some(({ name }) => name === 'threadsChild.ts') && concerned.length >= 8);
  for (const { name, text } of concerned) {
    assert.ok(text.startsWith("import './ownCache.js';") || text.includes('PIX2PIX_CACHE:'), name);
  }
});
