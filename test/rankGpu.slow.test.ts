/** Ranks that train on GPUs: here they share one in software, which `--share_gpu` lets them. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SavedProgress } from '../src/training/model/savedProgress.js';
import { foundGpu } from './foundDevices.js';
import { launchers, mpirun } from './mpi.js';
import { assertSameTraining } from './sameTraining.js';
import { makeDataset, pix2pix, stored, TINY, temporaryFolder } from './tinyRun.js';

await foundGpu?.dispose(); // each training opens its own

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 6, val: 2 });
const runFolder = (name: string) => join(folder, 'checkpoints', name);
const train = (name: string, ...more: string[]) => [
  ...['train', '--dataroot', 'data', '--name', name, ...TINY, '--device', 'webgpu', '--layer_forms', 'rule'],
  ...['--no_html', ...more],
];

const MIXED = ['--precision', 'mixed', '--norm', 'none', '--ngf', '8', '--ndf', '8'];

const CASES: Readonly<Record<string, readonly string[]>> = {
  'statistics of the whole batch': ['--sync_norm', '--max_steps', '5'],
  'accumulated, clipped and averaged': [
    ...['--sync_norm', '--accumulate', '2', '--clip_grad_norm', '0.5', '--ema', '0.9', '--max_steps', '3'],
  ],
  'a gradient penalty': ['--gan_mode', 'wgangp', '--norm', 'instance', '--max_steps', '3'],
  // so steep that the first gradients are not finite as 16-bit floats, which leaves those updates out
  'mixed precision': [...MIXED, '--lambda_L1', '10000', '--max_steps', '5'],
};

/** The run of one process with twice the batch, which both libraries are compared with. */
const alone = new Map<string, string>();
function trainedAlone(title: string, flags: readonly string[]): string {
  const name = alone.get(title) ?? `one-${alone.size}`;
  if (alone.has(title)) return name;
  const { status, stderr } = pix2pix(folder, train(name, ...flags, '--batch_size', '2'));
  assert.equal(status, 0, stderr);
  alone.set(title, name);
  return name;
}

for (const [index, mpi] of launchers.entries()) {
  const skip = mpi.skip || (foundGpu === undefined && 'there is no GPU here');
  for (const [title, flags] of Object.entries(CASES).slice(0, index === 0 ? undefined : 1)) {
    test(`${mpi.name}: ${title}: two ranks on GPUs equal one process with twice the batch`, {
      skip,
    }, async () => {
      const name = `gpu${index}-${title.replace(/\W+/g, '-')}`;
      const one = trainedAlone(title, flags);
      const { code, output } = await mpirun(mpi, 2, train(name, ...flags, '--share_gpu'), { folder });
      assert.equal(code, 0, output);
      assert.match(output, /ranks 0, 1 share the GPU/);
      const [found, expected] = [name, one].map((run) => stored(runFolder(run)));
      const isMixed = flags.includes('mixed');
      assertSameTraining(found, expected, {
        cancelsBiases: flags.includes('instance'),
        relative: isMixed ? 2e-3 : 1e-5, // what differs in a last bit may round to other 16-bit floats
      });
      if (!isMixed) return;
      const { G } = (found.counters as SavedProgress).lossScaling!;
      assert.ok(G.skipped > 0 && G.goodSteps > 0, JSON.stringify(G));
    });
  }

  test(`${mpi.name}: two ranks that see the same GPU are told so`, { skip }, async () => {
    const name = `gpu${index}-same`;
    const { code, output } = await mpirun(mpi, 2, train(name, '--max_steps', '1'), { folder });
    assert.notEqual(code, 0);
    assert.match(output, /error: several ranks see the same GPU[\s\S]*ranks +0, 1\n[\s\S]*--share_gpu/);
    assert.equal([...output.matchAll(/error:/g)].length, 1, output);
    assert.ok(!existsSync(join(runFolder(name), 'latest.json')));
  });
}
