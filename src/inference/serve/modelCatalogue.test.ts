import assert from 'node:assert/strict';
import fs, { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, mock, test } from 'node:test';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { ModelCatalogue } from './modelCatalogue.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-test-'));
after(() => rmSync(folder, { recursive: true }));

function write(...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'x');
  }
}
/** Files of a run of ours. */
const run = (name: string, tag = 'latest', network = 'G') =>
  write(`${name}/${tag}.json`, `${name}/${tag}_net_${network}.safetensors`);
const namesOf = (catalogue: ModelCatalogue) => catalogue.list().map(({ name }) => name);

run('runs/ours');
run('runs/cycle', 'latest', 'G_A');
run('runs/averaged', 'latest', 'G_ema');
run('runs/other', '5');
write('runs/reference/latest_net_G.pth', 'runs/reference/latest_net_D.pth');
const MODELS = ['averaged', 'cycle', 'ours', 'reference'];

test('runs are models, ours and those of the reference; nothing else in the folder is', () => {
  write('runs/stray.onnx', 'runs/weights.pth', 'runs/latest_net_G.safetensors', 'runs/notes.txt');
  write('runs/no-manifest/latest_net_G.safetensors', 'runs/no-weights/latest.json');
  write('runs/odd/latest.json', 'runs/odd/latest_net_G.onnx', 'runs/odd/latest_net_Garbage.safetensors');
  write('runs/both/latest.json', 'runs/both/latest_net_G.pth');
  mkdirSync(join(folder, 'runs/folders/latest_net_G.pth'), { recursive: true });
  const catalogue = new ModelCatalogue(undefined, { checkpointsDir: join(folder, 'runs') });
  assert.deepEqual(namesOf(catalogue), MODELS);
  for (const stray of ['stray.onnx', 'weights.pth', 'latest_net_G.safetensors', 'no-manifest', 'odd', 'both'])
    assert.equal(catalogue.find(stray), undefined, stray);
  const ofEpoch = new ModelCatalogue(undefined, { checkpointsDir: join(folder, 'runs'), epoch: '5' });
  assert.deepEqual(namesOf(ofEpoch), ['other']);
  assert.throws(
    () => new ModelCatalogue(undefined, { checkpointsDir: folder, epoch: '(' }),
    (error) => error instanceof Pix2PixError,
  );
});

test('what cannot be looked at hides no other model', () => {
  const at = (name: string) => join(folder, 'runs', name);
  symlinkSync(at('circle'), at('circle')); // ELOOP
  symlinkSync(at('nowhere'), at('broken'));
  run('runs/inside');
  rmSync(at('inside/latest_net_G.safetensors'));
  symlinkSync('latest_net_G.safetensors', at('inside/latest_net_G.safetensors'));
  const catalogue = new ModelCatalogue(undefined, { checkpointsDir: join(folder, 'runs') });
  assert.deepEqual(namesOf(catalogue), MODELS);
  for (const name of ['circle', 'broken', 'inside']) assert.equal(catalogue.find(name), undefined, name);
  const named = new ModelCatalogue(['ours', 'cycle'], { checkpointsDir: join(folder, 'runs') });
  rmSync(at('cycle'), { recursive: true });
  symlinkSync(at('cycle'), at('cycle'));
  assert.deepEqual(namesOf(named), ['ours']);
  rmSync(at('cycle'));
  run('runs/cycle', 'latest', 'G_A');
});

test('a list reads each folder once', () => {
  const names = Array.from({ length: 50 }, (_, i) => `many/${i}`);
  for (const name of names) run(name);
  const catalogue = new ModelCatalogue(undefined, { checkpointsDir: join(folder, 'many') });
  const read = mock.method(fs, 'readdirSync');
  syncBuiltinESMExports();
  try {
    assert.equal(catalogue.list().length, 50);
    assert.equal(read.mock.callCount(), 1 + 50);
  } finally {
    read.mock.restore();
    syncBuiltinESMExports();
  }
});

test('a checkpoint that its manifest names is a model of its own', () => {
  run('runs/ours', '5');
  const sources = ['ours', join(folder, 'runs/ours/5.json')];
  const catalogue = new ModelCatalogue(sources, { checkpointsDir: join(folder, 'runs') });
  assert.deepEqual(namesOf(catalogue), ['ours', 'ours_5']);
  assert.equal(catalogue.get('ours_5').source, sources[1]);
  assert.notEqual(catalogue.get('ours_5').version, catalogue.get('ours').version);
  const missing = () => new ModelCatalogue([join(folder, 'runs/ours/9.json')], {});
  assert.throws(missing, /there is no model ours_9\n +looked for +.*runs\/ours\/9\.json\n/);
  rmSync(join(folder, 'runs/ours/5.json'));
  rmSync(join(folder, 'runs/ours/5_net_G.safetensors'));
});

test('runs and files that are named, by what they are called', () => {
  write('facades.onnx');
  const sources = ['ours', join(folder, 'runs/cycle'), join(folder, 'facades.onnx'), 'demo:facades'];
  const catalogue = new ModelCatalogue(sources, { checkpointsDir: join(folder, 'runs') });
  assert.deepEqual(namesOf(catalogue), ['cycle', 'demo_facades', 'facades', 'ours']);
  assert.equal(catalogue.find('averaged'), undefined);
  const alike = [join(folder, 'facades.onnx'), join(folder, 'other/facades.onnx')];
  assert.throws(() => new ModelCatalogue(alike, {}), /two models are called facades/);
  assert.throws(() => new ModelCatalogue(['never'], {}), /there is no model never/);
});
