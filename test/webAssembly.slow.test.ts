import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { DROPOUT, makeDataset, pix2pix, root, stored, TINY, temporaryFolder } from './tinyRun.js';

// Where there is no native build of ONNX Runtime, everything works all the same, in WebAssembly, and says so.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 5, test: 1 });
const wasm = { PIX2PIX_RUNTIME: 'wasm' };
const NOTICE =
  /^(warning: )?computing in WebAssembly, about 3\.5 times slower than native code: PIX2PIX_RUNTIME asks for it$/gm;

function run(argv: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = pix2pix(folder, argv, env);
  assert.equal(status, 0, stderr);
  return stdout + stderr;
}

const train = (name: string, env: NodeJS.ProcessEnv, ...more: string[]) =>
  run(
    ['train', '--dataroot', 'data', ...TINY, ...DROPOUT, '--name', name, '--print_freq', '1', ...more],
    env,
  );

/** The losses that a training printed. */
const lossesOf = (output: string) =>
  [...output.matchAll(/\) (G_GAN: .*)$/gm)].map(([, losses]) =>
    [...losses.matchAll(/: ([\d.]+)/g)].map(([, loss]) => Number(loss)),
  );

test('a training gives what the native build gives, and says once that it is slow', () => {
  const native = train('native', {}, '--max_steps', '4');
  const whole = train('whole', wasm, '--max_steps', '4');
  assert.doesNotMatch(native, /WebAssembly/);
  assert.equal(whole.match(NOTICE)?.length, 1, whole);
  const [expected, actual] = [lossesOf(native), lossesOf(whole)];
  assert.equal(expected.length, 4);
  for (const [step, losses] of expected.entries()) {
    // printed to three places; G_L1 is a hundred times the others
    for (const [i, loss] of losses.entries())
      assert.ok(Math.abs(actual[step][i] - loss) <= 0.002 * Math.max(1, loss), `${actual[step]} / ${losses}`);
  }
});

test('continued, it is the same bit for bit, also with several threads', () => {
  train('parts', wasm, '--max_steps', '2');
  run(['train', '--name', 'parts', '--continue_train', '--max_steps', '4', '--intra_threads', '1'], wasm);
  assert.deepEqual(stored(join(folder, 'checkpoints/parts')), stored(join(folder, 'checkpoints/whole')));
  train('two', wasm, '--max_steps', '2', '--intra_threads', '2');
  run(['train', '--name', 'two', '--continue_train', '--max_steps', '4', '--intra_threads', '2'], wasm);
  train('two whole', wasm, '--max_steps', '4', '--intra_threads', '2');
  assert.deepEqual(stored(join(folder, 'checkpoints/two')), stored(join(folder, 'checkpoints/two whole')));
});

test('it tests and translates as the native build does, within one level', async () => {
  const said = run(['test', '--name', 'whole'], wasm);
  assert.equal(said.match(NOTICE)?.length, 1, said);
  assert.match(said, /^1 image: L1 0\.\d+/m);
  const translate = (out: string, env: NodeJS.ProcessEnv) =>
    run(['translate', '--model', 'whole', join('data', 'test', '0.png'), out], env);
  assert.equal(translate('wasm.png', wasm).match(NOTICE)?.length, 1);
  translate('native.png', {});
  const [a, b] = await Promise.all(
    ['wasm.png', 'native.png'].map((name) => sharp(join(folder, name)).raw().toBuffer()),
  );
  assert.equal(a.length, b.length);
  assert.ok(a.every((level, i) => Math.abs(level - b[i]) <= 1));
});

test('it exports, with the check that an export makes', () => {
  const said = run(['export', '--model', 'whole', '--out', 'whole.onnx'], wasm);
  assert.match(said, /^wrote whole\.onnx: fp32/m);
});

test('a profile, which that build does not write, is refused', () => {
  const { status, stderr } = pix2pix(folder, ['bench', ...TINY, '--profile', '--steps', '1'], wasm);
  assert.equal(status, 1);
  assert.match(stderr, /^error: the WebAssembly build of ONNX Runtime writes no profile\n/m);
});

/** Starts a translation in a process where the runtime's packages fail as `error` says. */
function withoutNative(error: string, env: NodeJS.ProcessEnv = {}) {
  const preload = join(folder, 'preload.cjs');
  writeFileSync(
    preload,
    `const Module = require('node:module');
     const load = Module._load;
     Module._load = (name, ...rest) => {
       if (/^(onnxruntime-node|pix2pix-ts-ort-.*)$/.test(name)) throw ${error};
       return load(name, ...rest);
     };`,
  );
  const argv = ['translate', '--model', 'whole', join('data', 'test', '0.png'), 'out.png'];
  return spawnSync(process.execPath, ['--require', preload, join(root, 'bin/pix2pix.js'), ...argv], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

const ABSENT = "Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' })";

test('a machine for which there is no native build, or one that does not load, is told why', () => {
  const platform = `${process.platform}-${process.arch}`;
  const absent = withoutNative(ABSENT);
  assert.equal(absent.status, 0, absent.stderr);
  assert.match(
    absent.stderr,
    new RegExp(`WebAssembly.*: there is no native ONNX Runtime for ${platform}$`, 'm'),
  );
  const broken = withoutNative(
    "Object.assign(new Error('libgomp.so is missing'), { code: 'ERR_DLOPEN_FAILED' })",
  );
  assert.equal(broken.status, 0, broken.stderr);
  assert.match(broken.stderr, /WebAssembly.*: onnxruntime-node does not load: libgomp\.so is missing$/m);
});

test('who insists on the native build gets it or an error; other words are refused', () => {
  const insisted = withoutNative(ABSENT, { PIX2PIX_RUNTIME: 'native' });
  assert.equal(insisted.status, 1);
  assert.match(
    insisted.stderr,
    /^error: there is no native ONNX Runtime for [\s\S]* fix +unset PIX2PIX_RUNTIME$/m,
  );
  const wrong = pix2pix(folder, ['test', '--name', 'whole'], { PIX2PIX_RUNTIME: 'gpu' });
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /^error: PIX2PIX_RUNTIME is gpu\n +choices +native, wasm\n/m);
});
