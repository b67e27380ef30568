import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Run } from './run.js';
import { listRunFiles } from './runFiles.js';

const folder = mkdtempSync(join(tmpdir(), 'run-files-'));
after(() => rmSync(folder, { recursive: true }));

test('files of the folder and those below it, without links, other runs and what is being written', async () => {
  mkdirSync(join(folder, 'web'));
  mkdirSync(join(folder, 'below'));
  const ofAnotherRun = [join('below', 'run.json'), join('below', 'log.txt')];
  for (const name of [
    'run.json',
    '.latest.json.1-2.tmp',
    '.note',
    join('web', 'index.html'),
    ...ofAnotherRun,
  ])
    writeFileSync(join(folder, name), name);
  symlinkSync(tmpdir(), join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'run.json'), join(folder, 'link.json'));
  const found = await listRunFiles({ folder } as Run);
  assert.deepEqual(
    found.map(({ path, bytes }) => [path, bytes]),
    [
      ['.note', 5],
      ['run.json', 8],
      ['web/index.html', 14],
    ],
  );
});
