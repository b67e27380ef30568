import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pix2pix, temporaryFolder } from '../../../test/tinyRun.js';

// The scripts, in the shells that are here.

const folder = temporaryFolder();

before(() => {
  for (const name of ['checkpoints/facades', 'checkpoints/my run', 'data'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { status, stdout } = pix2pix(folder, ['completion', shell]);
    assert.equal(status, 0);
    writeFileSync(join(folder, shell), stdout);
  }
});

const lacks = (shell: string) => spawnSync(shell, ['--version']).status !== 0 && `there is no ${shell} here`;

/** What is offered for the last word of a line, of what is typed so far. */
const EXPECTED: readonly (readonly [typed: readonly string[], offered: readonly string[]])[] = [
  [['tr'], ['train', 'translate']],
  [
    ['train', '--net'],
    ['--netD', '--netG'],
  ],
  [
    ['train', '--netG', 'resnet'],
    ['resnet_6blocks', 'resnet_9blocks'],
  ],
  [
    ['train', '--recipe', 'c'],
    ['colorization', 'cyclegan'],
  ],
  [['train', '--lambda_id'], ['--lambda_identity']], // of another model
  [
    ['train', '--name', ''],
    ['facades', 'my run'],
  ],
  [['translate', '--model', 'f'], ['facades']],
  [['translate', '--format', 'w'], ['webp']],
  [
    ['dataset', ''],
    ['combine', 'crop', 'download', 'inspect', 'process', 'split', 'synth'],
  ],
  [
    ['dataset', 'synth', '--o'],
    ['--out', '--overwrite'],
  ],
  [['dataset', 'download', 'map'], ['maps']],
  [['runs', 'diff', '--j'], ['--json']],
  [['bench', '--st'], ['--steps']],
  [
    ['completion', ''],
    ['bash', 'fish', 'zsh'],
  ],
];

test('bash offers what fits', { skip: lacks('bash') }, () => {
  const source = `
    source ./bash
    COMP_WORDS=(pix2pix "$@"); COMP_CWORD=$#
    _pix2pix
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  for (const [typed, offered] of EXPECTED) {
    const { stdout, stderr } = spawnSync('bash', ['-c', source, 'bash', ...typed], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    assert.deepEqual(stdout.trimEnd().split('\n').sort(), offered, typed.join(' '));
  }
});

test('fish offers what fits', { skip: lacks('fish') }, () => {
  for (const [typed, offered] of EXPECTED) {
    const source = `source ./fish; complete -C 'pix2pix ${typed.join(' ')}'`;
    const { stdout } = spawnSync('fish', ['--no-config', '-c', source], { cwd: folder, encoding: 'utf8' });
    const words = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0].replaceAll('\\', ''))
      .filter((word) => !word.endsWith('/'));
    assert.deepEqual(words.sort(), offered, typed.join(' '));
  }
});

test('zsh reads its script', { skip: lacks('zsh') }, () => {
  const source =
    'autoload -U compinit; compinit -u -D; source ./zsh; print $_comps[pix2pix] $_comps[pix2pix-ts]';
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', source], { cwd: folder, encoding: 'utf8' });
  assert.deepEqual([stdout.trim(), stderr], ['_pix2pix _pix2pix', '']);
});

test('a shell that there is no script for', () => {
  const { status, stderr } = pix2pix(folder, ['completion', 'zhs']);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^error: there is no completion for zhs\n {2}shells {2}bash, zsh, fish\n {2}fix {5}did you mean zsh\?$/m,
  );
  assert.match(pix2pix(folder, ['completion']).stderr, /^error: the shell is missing\n/);
});
