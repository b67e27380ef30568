import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { f32 } from '../src/engine/ir/tensorType.js';
import { Trace } from '../src/engine/ir/trace.js';
import { lowerGraph } from '../src/engine/onnx/lower.js';
import { exp } from '../src/engine/ops/elementwise.js';
import { direct } from './algorithms.js';
import { makeDataset, root, TINY, temporaryFolder } from './tinyRun.js';
import { PATIENCE } from './until.js';

// ONNX Runtime sends telemetry: it leaves a device id and a queue of events in the person's home as soon as it starts,
// and looks its maker's server up ten seconds later. Here everything starts in a home of its own, in which nothing may
// appear.

const folder = temporaryFolder();
const skip =
  process.platform === 'win32' && 'on Windows it goes to the system’s own tracing, which leaves no files';

/** Each of them silences the runtime, which would make this test pass by itself. */
const SILENCING = ['CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TRAVIS', 'JENKINS_URL', 'BUILDKITE'];
const OURS = ['ORT_DISABLE_TELEMETRY', 'XDG_CACHE_HOME', 'NODE_OPTIONS', 'NODE_TEST_CONTEXT'];

/** Runs a command in a fresh home; gives the files that it has left there. */
function filesLeftBy(command: string, ...argv: string[]): string[] {
  const home = mkdtempSync(join(folder, 'home-'));
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, PIX2PIX_CACHE: join(folder, 'cache') };
  for (const name of [...SILENCING, ...OURS]) delete env[name];
  const { status, stdout, stderr } = spawnSync(command, argv, { cwd: folder, encoding: 'utf8', env });
  assert.equal(status, 0, stdout + stderr);
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

/** A script that runs a small model with nothing but the runtime itself. */
function bareRuntime(): string {
  const trace = new Trace(true);
  const x = trace.input('x', f32(4));
  const y = exp(x);
  writeFileSync(
    join(folder, 'exp.onnx'),
    lowerGraph({ inputs: [x], outputs: [y], body: [y], choose: direct }).model,
  );
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
  const script = join(folder, 'bare.cjs');
  writeFileSync(
    script,
    `const { InferenceSession } = require(${JSON.stringify(runtime)});
     const { readdirSync } = require('node:fs');
     const hasLeft = () => readdirSync(process.env.HOME, { recursive: true }).some((path) => path.endsWith('deviceid'));
     const end = performance.now() + ${PATIENCE};
     const endWhenDone = () => (hasLeft() || performance.now() > end ? process.exit() : setTimeout(endWhenDone, 50));
     InferenceSession.create('exp.onnx').then(endWhenDone);`,
  );
  return script;
}

test('the bare runtime leaves files in the home, so that this test would notice', { skip }, () => {
  assert.ok(filesLeftBy(process.execPath, bareRuntime()).includes('deviceid'));
});

test('a training, a test and a translation by the command leave nothing', { skip }, async () => {
  await makeDataset(join(folder, 'data'), { train: 4, test: 1 });
  const run = (...argv: string[]) => filesLeftBy(process.execPath, join(root, 'bin/pix2pix.js'), ...argv);
  assert.deepEqual(run('train', '--dataroot', 'data', '--name', 'a', ...TINY, '--max_steps', '2'), []);
  assert.deepEqual(run('test', '--name', 'a'), []);
  assert.deepEqual(run('translate', '--model', 'a', 'data/test/0.png', 'out.png'), []);
});

/** A program that trains in the thread of `train`, and is still there when the runtime would have sent something. */
const LIBRARY = `
const { parseTrainOptions, train } = await import(process.argv[2]);
const started = performance.now();
await train(parseTrainOptions(process.argv.slice(3)));
setTimeout(() => {}, 15_000 - (performance.now() - started));
`;

test('a training by the library leaves nothing and connects nowhere in 15 s', { skip }, async (t) => {
  await makeDataset(join(folder, 'data'), { train: 4 });
  const [script, trace] = [join(folder, 'library.mjs'), join(folder, 'trace.txt')];
  writeFileSync(script, LIBRARY);
  const library = new URL('../src/index.js', import.meta.url).href;
  const argv = [script, library, '--dataroot', 'data', '--name', 'b', ...TINY, '--max_steps', '2'];
  const hasStrace = spawnSync('strace', ['-V']).status === 0;
  const strace = ['-f', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o', trace];
  const left = hasStrace
    ? filesLeftBy('strace', ...strace, process.execPath, ...argv)
    : filesLeftBy(process.execPath, ...argv);
  assert.deepEqual(left, []);
  if (!hasStrace) return t.skip('connections are not looked at: there is no strace here');
  assert.doesNotMatch(readFileSync(trace, 'utf8'), /AF_INET/);
});
