import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Registry, startRegistry } from './registry.js';
import { makeDataset, root, TINY, temporaryFolder } from './tinyRun.js';

// The packed packages, installed in empty folders by several clients from nothing but a registry, and used there: the
// command, natively and in WebAssembly, the library, and this on other versions of Node.

const folder = temporaryFolder();
const tarballs = join(folder, 'tarballs');
const data = join(folder, 'data');
const isWindows = process.platform === 'win32';
/** What people have who have configured nothing. */
const settings = { npm_config_ignore_scripts: 'false', npm_config_audit: 'false', npm_config_fund: 'false' };
let registry: Registry;

before(async () => {
  execFileSync(process.execPath, [join(root, 'dist/release/pack.js'), '--out', tarballs], { stdio: 'pipe' });
  const elsewhere = execFileSync('npm', ['config', 'get', 'registry'], {
    encoding: 'utf8',
    shell: isWindows,
  });
  const files = readdirSync(tarballs).map((name) => join(tarballs, name));
  registry = await startRegistry(files, elsewhere.trim().replace(/\/?$/, '/'));
  await makeDataset(data, { train: 3, test: 1 });
});
after(() => registry?.close());

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command without blocking the registry. */
function run(
  cwd: string,
  command: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const child = spawn(command, argv, {
    cwd,
    env: { ...process.env, ...settings, ...env },
    shell: isWindows,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function succeed(...of: Parameters<typeof run>): Promise<string> {
  const { code, output } = await run(...of);
  assert.equal(code, 0, `${of[1]} ${of[2].join(' ')}\n${output}`);
  return output;
}

/** An empty project. */
function project(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), '{ "private": true, "type": "module" }');
  writeFileSync(join(path, '.npmrc'), `registry=${registry.url}`);
  return path;
}

/** Bytes of all files below a folder; what is there twice by a link counts once. */
function bytesOf(path: string, seen = new Set<number>()): number {
  const status = lstatSync(path);
  if (status.isSymbolicLink()) return 0;
  if (status.isDirectory())
    return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name), seen), 0);
  if (seen.has(status.ino)) return 0;
  seen.add(status.ino);
  return status.size;
}

/** How each client installs a package. */
const CLIENTS = [
  { client: 'npm', install: ['npm', 'install', 'pix2pix-ts'] },
  { client: 'pnpm', install: ['npx', '--yes', 'pnpm', 'add', 'pix2pix-ts'] },
];

for (const { client, install } of CLIENTS) {
  test(`${client} installs it, small and without a warning, and it trains and translates`, async (t) => {
    const here = project(client);
    const said = await succeed(here, install[0], install.slice(1));
    assert.doesNotMatch(said, /warn|deprecated|ignored build scripts/i);
    const megabytes = bytesOf(join(here, 'node_modules')) / 1e6;
    t.diagnostic(`${client}: ${megabytes.toFixed(1)} MB`);
    assert.ok(megabytes < 120, `${megabytes} MB`);
    const pix2pix = (argv: readonly string[], env?: NodeJS.ProcessEnv) =>
      succeed(here, 'npx', ['pix2pix', ...argv], env);
    assert.match(await pix2pix(['--help']), /^Usage: npx pix2pix COMMAND/m);
    const train = ['train', '--dataroot', data, ...TINY, '--max_steps', '3', '--name'];
    assert.doesNotMatch(await pix2pix([...train, 'native']), /WebAssembly/);
    const wasm = await pix2pix([...train, 'wasm'], { PIX2PIX_RUNTIME: 'wasm' });
    assert.match(wasm, /^warning: computing in WebAssembly/m);
    assert.match(
      wasm,
      /^saved and stopped after 3 steps, .*; go on: npx pix2pix train --name wasm --continue_train$/m,
    );
    for (const model of ['native', 'wasm']) {
      await pix2pix(['translate', '--model', model, join(data, 'test/0.png'), `${model}.png`]);
      assert.ok(existsSync(join(here, `${model}.png`)));
    }
  });
}

test('npm finds no install script, no runtime for other platforms, and few packages', () => {
  const lock = readFileSync(join(folder, 'npm/node_modules/.package-lock.json'), 'utf8');
  const installed = Object.entries<{ hasInstallScript?: boolean }>(JSON.parse(lock).packages);
  const names = installed.map(([path]) => path.replace('node_modules/', ''));
  assert.deepEqual(
    names.filter((name) => name.startsWith('pix2pix-ts-')),
    [`pix2pix-ts-ort-${process.platform}-${process.arch}`],
  );
  assert.ok(!names.includes('onnxruntime-node'));
  assert.ok(names.length <= 25, names.join(' '));
  assert.deepEqual(
    installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path),
    [],
  );
});

test('the example of README.md is strict TypeScript there', async () => {
  const here = join(folder, 'npm');
  const example = /```ts\n(import [\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1];
  writeFileSync(join(here, 'example.ts'), example);
  const compiler = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--skipLibCheck'];
  const target = ['--target', 'es2022', '--module', 'nodenext', '--noEmit', '--pretty', 'false'];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  const said = await succeed(here, process.execPath, [
    compiler,
    ...strict,
    ...target,
    ...types,
    'example.ts',
  ]);
  assert.equal(said, '');
});
