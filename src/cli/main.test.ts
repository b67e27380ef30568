import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NETWORK_OPTIONS } from '../options/networkOptions.js';
import { IGNORED_OPTIONS } from '../options/referenceNames.js';
import { TEST_OPTIONS } from '../options/testOptions.js';
import { TRAIN_OPTIONS } from '../options/trainOptions.js';
import { parseTestOptions, parseTrainOptions } from '../training/options.js';

const root = new URL('../../../', import.meta.url); // from dist/src/cli
const program = fileURLToPath(new URL('bin/pix2pix.js', root));

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs the program as a person does, in a folder where nothing is. */
function run(argv: readonly string[], columns = 80, variables: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, COLUMNS: String(columns), ...variables };
  const settings = { env, cwd: folder, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], settings);
  return { status, stdout, stderr };
}

test('--version is the version of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  assert.deepEqual(run(['--version']), { status: 0, stdout: `${version}\n`, stderr: '' });
});

test('without a command, and with --help, it says what there is', () => {
  const { status, stdout } = run([]);
  assert.equal(status, 0);
  for (const command of ['train', 'test', 'dataset', 'bench', 'demo'])
    assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
  assert.equal(run(['--help']).stdout, stdout);
});

/** The modules that a command line loads, as V8 lists them: below dist/src, and those of packages. */
function loadedBy(argv: readonly string[]): string[] {
  const coverage = mkdtempSync(join(folder, 'coverage-'));
  run(argv, 80, { NODE_V8_COVERAGE: coverage });
  const [file] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] };
  return result.flatMap(({ url }) => /\/(?:dist\/src|node_modules)\/(.*)/.exec(url)?.[1] ?? []);
}

test('the list of commands, the version and a mistyped command load no command', () => {
  for (const words of ['--help', '--version', 'tarin']) {
    const loaded = loadedBy([words]);
    assert(loaded.includes('cli/commands.js'), words);
    const others = loaded.filter((path) => !/^(base|options|cli)\//.test(path));
    assert.deepEqual(others, ['training/liveTrainings.js'], words);
  }
});

test('the help of train and test loads nothing that trains or translates', () => {
  for (const command of ['train', 'test']) {
    const loaded = loadedBy([command, '--help']);
    assert(loaded.includes(`cli/${command}.js`), command);
    assert.deepEqual(
      loaded.filter((path) => /^(records|checkpoints|@bufbuild|sharp)\//.test(path)),
      [],
    );
  }
});

test('the help of train and test is complete and fits the terminal', () => {
  for (const columns of [80, 120]) {
    const train = run(['train', '--help'], columns);
    const translate = run(['help', 'test'], columns);
    assert.deepEqual([train.status, train.stderr, translate.status, translate.stderr], [0, '', 0, '']);
    for (const { stdout, table } of [
      { stdout: train.stdout, table: { ...TRAIN_OPTIONS, ...IGNORED_OPTIONS, lambda_L1: {} } },
      { stdout: translate.stdout, table: { ...TEST_OPTIONS, ...IGNORED_OPTIONS } },
    ]) {
      for (const flag of Object.keys(table)) assert.match(stdout, new RegExp(`^  --${flag}( |$)`, 'm'));
      for (const line of stdout.split('\n')) assert(line.length <= columns, `wider than ${columns}: ${line}`);
    }
    for (const name of NETWORK_OPTIONS.init_type.choices) assert(train.stdout.includes(name));
  }
});

test('help shows the defaults of the chosen model', () => {
  const { stdout } = run(['train', '--model', 'pix2pix', '--help'], 200);
  assert.match(stdout, /--norm NAME .*\[batch\]/);
  assert.match(stdout.replaceAll(/\s+/g, ' '), /--pool_size N [^[]*\[0\]/);
});

test('every example in the help parses', () => {
  const parsers: Record<string, (argv: string[]) => unknown> = {
    train: parseTrainOptions,
    test: parseTestOptions,
  };
  let count = 0;
  for (const command of [['--help'], ['train', '--help'], ['test', '--help']]) {
    const joined = run(command).stdout.replaceAll(/ \\\n */g, ' ');
    for (const [, name, options] of joined.matchAll(/^ {4}\S+ \S*pix2pix\S* (\w+) (--.*)$/gm)) {
      if (options.includes('--config')) continue; // it names a file that is not there
      parsers[name](options.split(' '));
      count++;
    }
  }
  assert.equal(count, 8);
});

test('a program that has not been built says so', () => {
  mkdirSync(join(folder, 'bin'));
  copyFileSync(program, join(folder, 'bin', 'pix2pix.cjs'));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'pix2pix.cjs')], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /is not built yet\n {2}fix {2}npm run build/);
});

test('an error that a user can correct is one message without a stack, and exit code 1', () => {
  const { status, stdout, stderr } = run(['train', '--dataroot', './d', '--lamda_L1', '10']);
  assert.deepEqual([status, stdout], [1, '']);
  assert.equal(
    stderr,
    'error: unknown option --lamda_L1\n' +
      '  nearest  --lambda_L1  weight of the L1 loss against the adversarial loss\n' +
      '  fix      did you mean --lambda_L1?\n',
  );
  assert.match(run(['train', '--verbose', '--lamda_L1', '10']).stderr, /\n {4}at /);
});

test('unknown and missing commands are refused with the nearest', () => {
  const { status, stderr } = run(['tarin']);
  assert.match(stderr, /no command tarin[\s\S]*did you mean .*pix2pix\S* train\?/);
  assert.equal(status, 1);
  assert.match(run(['--dataroot', './d']).stderr, /the command is missing[\s\S]*pix2pix\S* train --dataroot/);
});

test('options of the reference without effect are noticed on the side', () => {
  const { stderr } = run(['test', '--use_wandb', '--display_id', '0']);
  assert.match(stderr, /^--use_wandb has no effect: the run is recorded in TensorBoard event files$/m);
  assert.match(stderr, /^--display_id has no effect/m);
});
