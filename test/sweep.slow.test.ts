import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseRunRecord } from '../src/records/writing/runRecordFile.js';
import { makeDataset, pix2pix, startPix2pix, TINY, temporaryFolder, textOf } from './tinyRun.js';
import { afterEachEvent } from './trainingHook.js';

// `pix2pix sweep`: trainings by the program itself, of networks so small that each takes a second.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 4, val: 1 });

/** TINY as options of a file. */
const tiny = Object.fromEntries(
  Array.from({ length: TINY.length / 2 }, (_, i) => [TINY[2 * i].slice(2), TINY[2 * i + 1]]).map(
    ([flag, value]) => [flag, /^\d+$/.test(value) ? Number(value) : value],
  ),
);
const OPTIONS = { dataroot: 'data', ...tiny, n_epochs: 1, n_epochs_decay: 0, no_html: true };

function writeSweep(name: string, definition: object): string {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ name, options: OPTIONS, ...definition }));
  return `${name}.json`;
}
const sessionsOf = (sweep: string, run: string) =>
  parseRunRecord(textOf(folder, 'checkpoints', sweep, run, 'run.json')).sessions;

test('a sweep trains all combinations, compares them over seeds, and goes on with what is added', () => {
  const parameters = { lr: [0.001, 0.0002] };
  const file = writeSweep('grid', { parameters, seeds: 2 });
  const planned = pix2pix(folder, ['sweep', file, '--dry_run']);
  assert.deepEqual([planned.status, planned.stdout.match(/ new$/gm)?.length], [0, 4], planned.stderr);
  assert.ok(!existsSync(join(folder, 'checkpoints')));
  const first = pix2pix(folder, ['sweep', file]);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /^1 of 4: lr=0\.001,seed=0: begins$/m);
  assert.match(first.stdout, /^OPTIONS +best val\/L1 +± +RUNS$/m);
  assert.equal(first.stdout.match(/^lr=0\.\d+ +0\.\d+ +[\d.e-]+ +2$/gm)?.length, 2, first.stdout);
  assert.match(first.stdout, /^4 done, 0 failed, 0 left$/m);
  const [{ options }] = sessionsOf('grid', 'lr=0.0002,seed=1');
  assert.deepEqual([options.lr, options.seed, options.netG], [0.0002, 1, 'unet_32']);
  writeSweep('grid', { parameters, seeds: 3 });
  const second = pix2pix(folder, ['sweep', file]);
  assert.equal(second.status, 0, second.stderr);
  assert.equal(second.stdout.match(/: begins$/gm)?.length, 2);
  assert.equal(sessionsOf('grid', 'lr=0.001,seed=0').length, 1);
  const list = JSON.parse(pix2pix(folder, ['runs', '--filter', 'sweep = grid', '--json']).stdout);
  assert.deepEqual([list.length, list[0].sweep.runs, list[0].sweep.varied], [6, 6, ['lr', 'seed']]);
});

test('a sweep that is stopped saves, and goes on from there', () => {
  const options = { ...OPTIONS, n_epochs: 3, val_freq: 0, save_epoch_freq: 1000 };
  const file = writeSweep('long', { options, parameters: { lr: [0.001, 0.0002] } });
  const signal = `if (event.kind === 'step' && event.report.at.step === 2) {
    process.kill(process.ppid, 'SIGINT');
    while (!isTold()) wait();
  }`;
  const stopped = pix2pix(folder, ['sweep', file], afterEachEvent(folder, 'sigint', signal));
  assert.equal(stopped.status, 130, stopped.stderr);
  assert.match(stopped.stdout, /^0 done, 0 failed, 2 left$/m);
  assert.deepEqual(
    sessionsOf('long', 'lr=0.001').map(({ exit }) => exit?.reason),
    ['stopped'],
  );
  assert.ok(!existsSync(join(folder, 'checkpoints', 'long', 'lr=0.0002')));
  const rest = pix2pix(folder, ['sweep', file, '--parallel', '2']);
  assert.equal(rest.status, 0, rest.stderr);
  assert.match(rest.stdout, /^1 of 2: lr=0\.001: goes on$/m);
  const [, second] = sessionsOf('long', 'lr=0.001');
  assert.ok(second.resumedFrom!.step > 0);
  assert.equal(second.exit?.reason, 'finished');
  assert.equal(sessionsOf('long', 'lr=0.0002')[0].exit?.reason, 'finished');
});

test('a run that is stopped before its process can hear of it has not failed', async () => {
  const file = writeSweep('early', { parameters: { lr: [0.001, 0.0002] } });
  let isStopped = false;
  const { code, output } = await startPix2pix(folder, ['sweep', file], (printed, kill) => {
    if (isStopped || !printed.includes('begins')) return;
    isStopped = true;
    kill('SIGINT');
  });
  assert.equal(code, 130, output);
  assert.match(output, /^0 done, 0 failed, 2 left$/m);
});

test('a run that diverges leaves the others to go on, and is tried again when asked', () => {
  const file = writeSweep('wild', { parameters: { lr: [1e30, 0.0002] } });
  const { status, stdout, stderr } = pix2pix(folder, ['sweep', file]);
  assert.equal(status, 1);
  assert.match(stderr, /1 of 2: lr=1e\+30: failed: training has diverged/);
  assert.match(stdout, /^1 done, 1 failed, 0 left$/m);
  assert.doesNotMatch(pix2pix(folder, ['sweep', file]).stdout, /begins|goes on/);
  assert.match(pix2pix(folder, ['sweep', file, '--retry']).stdout, /^1 of 2: lr=1e\+30: begins$/m);
});

test('what is wrong with all runs is said once, before or with the first', () => {
  const typo = pix2pix(folder, ['sweep', writeSweep('typo', { parameters: { lrr: [1] } })]);
  assert.deepEqual([typo.status, /lrr[\s\S]*did you mean/.test(typo.stderr)], [1, true], typo.stderr);
  const options = { ...OPTIONS, dataroot: 'nowhere' };
  const lost = pix2pix(folder, ['sweep', writeSweep('lost', { options, parameters: { lr: [1, 2, 3] } })]);
  assert.equal(lost.status, 1);
  assert.equal(lost.stderr.match(/failed: /g)?.length, 1, lost.stderr);
  assert.match(lost.stdout, /^0 done, 1 failed, 2 left$/m);
  const left = readdirSync(join(folder, 'checkpoints', 'lost'));
  assert.deepEqual(left, ['sweep.json']);
});

test('a sweep is not mixed with one of other options', () => {
  const file = writeSweep('mixed', { parameters: { lr: [0.0002] } });
  assert.equal(pix2pix(folder, ['sweep', file]).status, 0);
  writeSweep('mixed', { options: { ...OPTIONS, n_epochs: 2 }, parameters: { lr: [0.0002] } });
  const { status, stderr } = pix2pix(folder, ['sweep', file]);
  assert.equal(status, 1);
  assert.match(stderr, /begun with other options[\s\S]*--n_epochs +begun with 1, now 2[\s\S]*another name/);
});
