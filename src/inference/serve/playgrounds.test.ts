import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { TINY } from '../../../test/tinyRun.js';
import { makeRun } from '../../../test/trainedRun.js';
import type { MachineError } from '../../base/errors/machineError.js';
import type { Refused } from '../../base/http/refused.js';
import { thisProcess } from '../../checkpoints/lockOwner.js';
import { removeLeftPlaygrounds } from './playgroundFolder.js';
import { Playgrounds } from './playgrounds.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-test-'));
process.env.TMPDIR = folder; // where playgrounds are written
after(() => rmSync(folder, { recursive: true }));

/** A program that does this instead of an export of `source` to `out`. */
function program(body: string): string {
  const path = join(mkdtempSync(join(folder, 'program-')), 'program.mjs');
  writeFileSync(
    path,
    `import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
     import { join } from 'node:path';
     const { source, out } = await new Promise((resolve) => process.once('message', resolve));
     mkdirSync(out, { recursive: true });
     ${body}`,
  );
  return path;
}
const model = (name: string, version = '1') => ({
  ...{ name, version, source: name, bytes: 1 },
  changedAt: new Date(0),
});
const hasStatus = (status: number) => (error: Refused) => error.status === status;
/** The folders of models. */
const modelsIn = (root: string) => readdirSync(root).filter((name) => name.startsWith('model-'));
const rootOf = ({ folder }: { readonly folder: string }) => dirname(dirname(folder));

/** Writes how many others of its service had been begun and not finished. */
const COUNTS_OTHERS = `
  const root = join(out, '..', '..');
  const models = readdirSync(root).filter((name) => name.startsWith('model-'));
  const others = models.filter((name) => !readdirSync(join(root, name, 'site')).includes('done')).length - 1;
  await new Promise((resolve) => setTimeout(resolve, 30));
  writeFileSync(join(out, 'others'), String(others));
  writeFileSync(join(out, 'done'), '');
  process.send({});`;

test('one is written at a time, and a new version takes the place of the former one', async () => {
  const playgrounds = new Playgrounds({}, 60, program(COUNTS_OTHERS));
  const all = await Promise.all(['a', 'b', 'c'].map((name) => playgrounds.of(model(name))));
  for (const { folder, files } of all) {
    assert.deepEqual([...files].sort(), ['done', 'others']);
    assert.equal(readFileSync(join(folder, 'others'), 'utf8'), '0');
  }
  assert.equal(await playgrounds.of(model('a')), all[0]);
  const root = rootOf(all[0]);
  await playgrounds.of(model('a', '2'));
  assert.equal(modelsIn(root).length, 3);
  await playgrounds.dispose();
  assert.ok(!existsSync(root));
  await assert.rejects(playgrounds.of(model('d')), hasStatus(503));
});

test('one that fails, or ends without an answer, leaves nothing behind and does not end the service', async () => {
  const failing = program(`
    if (source === 'ends') process.exit(3);
    if (source === 'throws') throw new Error('out of memory');
    if (source === 'is killed') process.kill(process.pid, 'SIGKILL');
    process.send(source === 'refuses' ? { failure: { summary: 'no such model', facts: {} } } : {});`);
  const playgrounds = new Playgrounds({}, 60, failing);
  for (const [name, error] of [
    ['ends', /ended with 3/],
    ['throws', /ended with 1/],
    ['is killed', (error: MachineError) => error.mayPass],
    ['refuses', hasStatus(503)],
  ] as const)
    await assert.rejects(playgrounds.of(model(name)), error);
  const good = await playgrounds.of(model('good'));
  assert.equal(modelsIn(rootOf(good)).length, 1);
  await playgrounds.dispose();
});

test('none is offered for what nobody can draw, nor written', async () => {
  const runs = join(folder, 'runs');
  const run = (name: string, ...options: readonly string[]) => makeRun(runs, name, [...TINY, ...options]);
  await (await run('depth', '--input_nc', '4')).dispose();
  await (await run('classes', '--label_nc', '5')).dispose();
  const playgrounds = new Playgrounds({}, 60, program('process.send({});'));
  const served = (name: string) => ({ ...model(name), source: join(runs, name) });
  assert.ok(playgrounds.isFor(served('classes')));
  assert.ok(!playgrounds.isFor(served('depth')));
  assert.ok(!playgrounds.isFor({ ...model('graph'), source: 'graph.onnx' }));
  assert.throws(() => playgrounds.of(served('depth')), hasStatus(404));
  await playgrounds.dispose();
});

/** For a minute, in which it hears nothing. */
const HANGS = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);';

test('one that hangs is given up in time, those behind it too, and more than eight are refused', async () => {
  const hanging = program(`if (source === 'hangs') { ${HANGS} } else process.send({});`);
  const playgrounds = new Playgrounds({}, 0.5, hanging);
  const waiting = Array.from({ length: 8 }, (_, i) => playgrounds.of(model('hangs', `${i}`)));
  assert.throws(() => playgrounds.of(model('more')), hasStatus(429));
  for (const { status, reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[]) {
    assert.equal(status, 'rejected');
    assert.equal(reason.status, 504);
  }
  await playgrounds.dispose();
});

test('one that hangs does not keep the service from ending', async () => {
  const playgrounds = new Playgrounds({}, 3600, program(HANGS));
  const [hanging, waiting] = [playgrounds.of(model('a')), playgrounds.of(model('b'))];
  const refused = Promise.all([hanging, waiting].map((one) => assert.rejects(one, hasStatus(503))));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await playgrounds.dispose();
  await refused;
});

test('what a process that was killed left behind is removed, and nothing else', () => {
  const made = (name: string, owner?: object) => {
    mkdirSync(join(folder, name));
    if (owner !== undefined) writeFileSync(join(folder, name, 'owner.json'), JSON.stringify(owner));
  };
  made('pix2pix-playgrounds-killed', { ...thisProcess(), pid: 2 ** 22 + 1 }); // above Linux's greatest
  made('pix2pix-playgrounds-afresh', { ...thisProcess(), processStart: '1' }); // the number was given out again
  made('pix2pix-playgrounds-living', thisProcess());
  made('pix2pix-playgrounds-remote', { ...thisProcess(), pid: 2 ** 22 + 1, host: 'elsewhere' });
  made('pix2pix-playgrounds-mybeingmade');
  made('pix2pix-playgrounds-makes1');
  removeLeftPlaygrounds();
  process.env.TMPDIR = join(folder, 'nowhere');
  removeLeftPlaygrounds(); // nothing is there, and nothing wrong with that
  process.env.TMPDIR = folder;
  const left = readdirSync(folder).filter((name) => name.startsWith('pix2pix-playgrounds-'));
  assert.deepEqual(left.sort(), [
    'pix2pix-playgrounds-living',
    'pix2pix-playgrounds-makes1',
    'pix2pix-playgrounds-mybeingmade',
    'pix2pix-playgrounds-remote',
  ]);
});
