import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { findProgram } from './commandLine.js';
import { quoted } from './quoted.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'pix2pix-places-')));
after(() => rmSync(base, { recursive: true }));

/** A folder that looks like the package. */
function packageIn(...path: string[]): string {
  const root = join(base, ...path);
  mkdirSync(join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'bin', 'pix2pix.js'), '');
  return root;
}

/** A folder of the PATH. */
function pathFolder(...path: string[]): string {
  const folder = join(base, ...path);
  mkdirSync(folder, { recursive: true });
  return folder;
}

const onPosix = { skip: process.platform === 'win32' && 'links need rights there' };
const nowhere = pathFolder('nowhere');

test('in the clone it is npx pix2pix, in its folders too; elsewhere the script itself', () => {
  const root = packageIn('my clone');
  assert.equal(findProgram({ root, folder: root, path: '' }), 'npx pix2pix');
  assert.equal(findProgram({ root, folder: join(root, 'bin'), path: '' }), 'npx pix2pix');
  const script = join(root, 'bin', 'pix2pix.js');
  assert.equal(findProgram({ root, folder: nowhere, path: '' }), `node ${quoted(script)}`);
});

test('in a project it is npx pix2pix; elsewhere a name that nobody else can own', () => {
  const root = packageIn('project', 'node_modules', 'pix2pix-ts');
  const project = join(base, 'project');
  const path = join(project, 'node_modules', '.bin');
  for (const folder of [project, pathFolder('project', 'data')])
    assert.equal(findProgram({ root, folder, path }), 'npx pix2pix');
  assert.equal(findProgram({ root, folder: nowhere, path }), 'npx pix2pix-ts');
  packageIn('other', 'node_modules', 'pix2pix-ts');
  assert.equal(findProgram({ root, folder: join(base, 'other'), path }), 'npx pix2pix-ts');
});

test('what npx has fetched for a moment is fetched again', () => {
  const root = packageIn('cache', '_npx', '0123', 'node_modules', 'pix2pix-ts');
  const path = join(base, 'cache', '_npx', '0123', 'node_modules', '.bin');
  assert.equal(findProgram({ root, folder: nowhere, path }), 'npx pix2pix-ts');
});

test(
  'what is on the PATH is called by its name, also by the scripts that some clients write',
  onPosix,
  () => {
    const root = packageIn('global', 'lib', 'node_modules', 'pix2pix-ts');
    const script = join(root, 'bin', 'pix2pix.js');
    const [linked, shims, foreign] = ['linked', 'shims', 'foreign'].map((name) => pathFolder(name));
    symlinkSync(script, join(linked, 'pix2pix'));
    writeFileSync(join(shims, 'pix2pix'), `#!/bin/sh\nexec node "${script}" "$@"\n`);
    writeFileSync(join(foreign, 'pix2pix'), '#!/bin/sh\nexec python -m pix2pix\n');
    const at = (...folders: string[]) =>
      findProgram({ root, folder: nowhere, path: [nowhere, ...folders].join(delimiter) });
    assert.equal(at(linked), 'pix2pix');
    assert.equal(at(shims), 'pix2pix');
    assert.equal(at(foreign), 'npx pix2pix-ts');
  },
);

test('a script that Yarn writes for the moment is no way to start it', onPosix, () => {
  const root = packageIn('of yarn', 'node_modules', 'pix2pix-ts');
  const ofYarn = pathFolder('xfs-0123');
  writeFileSync(join(ofYarn, 'pix2pix'), `#!/bin/sh\nexec node "${join(root, 'bin', 'pix2pix.js')}" "$@"\n`);
  const folder = join(base, 'of yarn');
  assert.equal(findProgram({ root, folder, path: ofYarn, ofYarn }), 'npx pix2pix');
});

test('where another program is found first, the other name is used', onPosix, () => {
  const root = packageIn('behind', 'node_modules', 'pix2pix-ts');
  const [first, second] = [pathFolder('first'), pathFolder('second')];
  writeFileSync(join(first, 'pix2pix'), 'foreign');
  for (const name of ['pix2pix', 'pix2pix-ts'])
    symlinkSync(join(root, 'bin', 'pix2pix.js'), join(second, name));
  assert.equal(findProgram({ root, folder: nowhere, path: `${first}${delimiter}${second}` }), 'pix2pix-ts');
});

test('a shell takes every quoted word as it is', onPosix, () => {
  const tricky = fc.string({ unit: fc.constantFrom(...'ab\\\'"$`~ =#;&|<>()*?!-\n'), maxLength: 5 });
  const words = fc.array(tricky, { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, (given) => {
      const line = `printf '%s\\0' ${given.map((word) => quoted(word)).join(' ')}`;
      const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
      assert.deepEqual(stdout.split('\0').slice(0, -1), given);
    }),
    { seed: 15, numRuns: 50 },
  );
});

test('plain words are left alone', () => {
  for (const word of ['facades_pix2pix', './runs/a', '--lr=0.1', 'maps:2']) assert.equal(quoted(word), word);
  assert.equal(quoted('C:\\my runs', 'windows'), '"C:\\my runs"');
  assert.equal(quoted('C:\\runs', 'windows'), 'C:\\runs');
});
