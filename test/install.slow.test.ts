import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Registry, startRegistry } from './registry.js';
import { useSwiftShader } from './swiftShader.js';
import { makeDataset, root, TINY, temporaryFolder } from './tinyRun.js';

// The packed packages, installed in empty folders by several clients from nothing but a registry, and used there: the
// command, natively, in WebAssembly and on a GPU, the library, and this on other versions of Node.

const folder = temporaryFolder();
const tarballs = join(folder, 'tarballs');
const data = join(folder, 'data');
const isWindows = process.platform === 'win32';
/** The environment of a user who has configured nothing. */
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

/** What pnpm says of a registry that takes long to answer, as on a busy machine. */
const SLOW = /^.*(?:Request took|download average speed).*$/gm;

for (const { client, install } of CLIENTS) {
  test(`${client} installs it, small and without a warning, and it trains and translates`, async (t) => {
    const here = project(client);
    const said = await succeed(here, install[0], install.slice(1));
    assert.doesNotMatch(said.replace(SLOW, ''), /warn|deprecated|ignored build scripts/i);
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
    const again = /go on: (.*)$/m.exec(wasm)![1];
    const [first, ...words] = again.split(' ');
    const continued = await succeed(here, first, [...words, '--max_steps', '4'], { PIX2PIX_RUNTIME: 'wasm' });
    assert.match(continued, /after 4 steps/);
    for (const model of ['native', 'wasm']) {
      await pix2pix(['translate', '--model', model, join(data, 'test/0.png'), `${model}.png`]);
      assert.ok(existsSync(join(here, `${model}.png`)));
    }
  });
}

/** Yarn 4 as it is, which keeps packages in archives and has no folder node_modules. */
const YARN = ['--yes', '@yarnpkg/cli-dist@4'];

test('Yarn installs it under Plug and Play without a setting, and it trains and translates', async () => {
  const here = project('yarn');
  writeFileSync(join(here, 'yarn.lock'), '');
  const local = { unsafeHttpWhitelist: ['127.0.0.1'], enableTelemetry: false }; // this registry has no https
  writeFileSync(
    join(here, '.yarnrc.yml'),
    JSON.stringify({ npmRegistryServer: registry.url, globalFolder: join(folder, 'yarn-files'), ...local }),
  );
  const yarn = (...argv: string[]) => succeed(here, 'npx', [...YARN, ...argv]);
  await yarn('add', 'pix2pix-ts');
  assert.ok(existsSync(join(here, '.pnp.cjs')));
  const said = await yarn('pix2pix', 'train', '--dataroot', data, ...TINY, '--max_steps', '3', '--name', 'y');
  assert.match(said, /after 3 steps, .*; go on: yarn pix2pix train --name y --continue_train$/m);
  assert.doesNotMatch(said, /WebAssembly/);
  await yarn('pix2pix', 'translate', '--model', 'y', join(data, 'test/0.png'), 'y.png');
  assert.ok(existsSync(join(here, 'y.png')));
});

test('npm finds no install script, and no runtime for other platforms', () => {
  const lock = readFileSync(join(folder, 'npm/node_modules/.package-lock.json'), 'utf8');
  const installed = Object.entries<{ hasInstallScript?: boolean }>(JSON.parse(lock).packages);
  const names = installed.map(([path]) => path.replace('node_modules/', ''));
  assert.deepEqual(
    names.filter((name) => name.startsWith('pix2pix-ts-')),
    [`pix2pix-ts-ort-${process.platform}-${process.arch}`],
  );
  assert.ok(!names.includes('onnxruntime-node'));
  assert.deepEqual(
    installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path),
    [],
  );
});

/** Type-checks a program there as strictly as TypeScript can, the package's own declarations too. */
function checkTypes(name: string, program: string, ...more: readonly string[]): Promise<string> {
  writeFileSync(join(folder, 'npm', name), program);
  const compiler = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes'];
  const target = ['--target', 'es2022', '--module', 'nodenext', '--noEmit', '--pretty', 'false'];
  return succeed(join(folder, 'npm'), process.execPath, [compiler, ...strict, ...target, ...more, name]);
}

test('the example of README.md is strict TypeScript there', async () => {
  const example = /```ts\n(import [\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  assert.equal(await checkTypes('example.ts', example, ...types), '');
});

test('so is a page’s program that imports pix2pix-ts/web', async () => {
  const program = `
    import { pix2pix, type WebGenerator } from 'pix2pix-ts/web';
    const generator: WebGenerator = pix2pix('model/', { backend: 'wasm' });
    const picture: ImageData = await generator.translate(document.createElement('canvas'));
    // @ts-expect-error
    const wrong: string = picture.width;`;
  assert.equal(await checkTypes('page.ts', program, '--lib', 'es2023,dom'), '');
});

test('the packed documents lead to where the others are, and package.json says where that is', () => {
  const installed = join(folder, 'npm/node_modules/pix2pix-ts');
  for (const name of ['README.md', 'CHANGELOG.md', 'docs/guide.md', 'docs/data.md']) {
    const links = [...readFileSync(join(installed, name), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)];
    assert.deepEqual(
      links.map(([, target]) => target).filter((target) => !/^(https?:|#)/.test(target)),
      [],
    );
  }
  const { homepage, bugs, repository, scripts } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  for (const address of [homepage, bugs, repository.url]) assert.match(address, /https:\/\//);
  assert.equal(scripts, undefined);
});

/** A CommonJS program, as many still are. */
const COMMON_JS = `
const { loadGenerator, trainOptions } = require('pix2pix-ts');
const { netG } = trainOptions({ dataroot: 'x', netG: 'unet_128' });
loadGenerator('cjs').then(async (generator) => {
  const { shape } = await generator.translate(process.argv[2]);
  await generator.dispose();
  console.log(netG, shape.join());
});
`;

/** The oldest Node that is supported, and the lines after it. */
const NODES = ['20.19', '22', '24'];
const nodePackage = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;

for (const version of NODES) {
  test(`it trains and translates, and can be required, on Node ${version}`, async () => {
    const here = join(folder, 'npm');
    const prefix = join(folder, `node-${version}`);
    mkdirSync(prefix);
    const install = ['install', '--ignore-scripts', '--no-save', '--prefix', prefix];
    await succeed(prefix, 'npm', [...install, `${nodePackage}@${version}`], {
      npm_config_registry: registry.url,
    });
    const node = join(prefix, 'node_modules', nodePackage, 'bin', isWindows ? 'node.exe' : 'node');
    assert.ok((await succeed(here, node, ['--version'])).startsWith(`v${version}.`));
    const program = join(here, 'node_modules/pix2pix-ts/bin/pix2pix.js');
    const train = ['train', '--dataroot', data, ...TINY, '--max_steps', '3', '--name', 'cjs'];
    assert.match(await succeed(here, node, [program, ...train]), /^saved and stopped after 3 steps/m);
    const image = join(data, 'test/0.png');
    await succeed(here, node, [program, 'translate', '--model', 'cjs', image, `${version}.png`]);
    writeFileSync(join(here, 'program.cjs'), COMMON_JS);
    assert.equal(await succeed(here, node, ['program.cjs', image]), 'unet_128 1,36,72,3\n');
    await succeed(here, node, [program, ...train, '--name', 'wasm'], { PIX2PIX_RUNTIME: 'wasm' });
  });
}

test('the line that is printed where the package of a GPU is missing installs it, and it is used', async (t) => {
  const here = join(folder, 'npm');
  const train = ['pix2pix', 'train', '--dataroot', data, ...TINY, '--max_steps', '3', '--device', 'webgpu'];
  const missing = await run(here, 'npx', train);
  assert.equal(missing.code, 1, missing.output);
  const [, line] = /fix +(npm install \S+), or/.exec(missing.output) ?? [];
  assert.match(line, /^npm install pix2pix-ts-webgpu-\w+-\w+@[\d.]+$/, missing.output);
  const [npm, ...words] = line.split(' ');
  assert.doesNotMatch(await succeed(here, npm, words), /warn|deprecated/i);
  const megabytes = bytesOf(join(here, 'node_modules')) / 1e6;
  t.diagnostic(`with the GPU's package: ${megabytes.toFixed(1)} MB`);
  assert.ok(megabytes < 140, `${megabytes} MB`);
  const installed = readdirSync(join(here, 'node_modules'));
  assert.ok(!installed.includes('webgpu'));
  const own = `pix2pix-ts-webgpu-${process.platform}-${process.arch}`;
  const files = readdirSync(join(here, 'node_modules', own));
  for (const name of ['LICENSE.md', 'ThirdPartyNotices.txt']) assert.ok(files.includes(name), name);
  if (!useSwiftShader()) return t.diagnostic('no training on it: this machine has no SwiftShader');
  const said = await succeed(here, 'npx', train);
  assert.match(said, /^saved and stopped after 3 steps/m);
});
