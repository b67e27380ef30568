/** Trainings on a GPU, in software as a rule: as exact, and as safe, as on the CPU. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { DecidedAlgorithms } from '../src/engine/runtime/tunedChoices.js';
import type { TrainingEvent } from '../src/training/report/trainingEvents.js';
import { maxDifference } from './assertClose.js';
import { foundGpu, gpuTest } from './foundDevices.js';
import { ONE_THREAD, recipeLines } from './recipeLines.js';
import { DROPOUT, makeDataset, pix2pix, stored, TINY, temporaryFolder, trainHere } from './tinyRun.js';
import { afterEachEvent } from './trainingHook.js';

await foundGpu?.dispose(); // each training opens its own

const folder = temporaryFolder();
const checkpoints = join(folder, 'checkpoints');
const dataroot = await makeDataset(join(folder, 'data'), { train: 5, val: 1 });
const on = (device: string) => ['--device', device, ...ONE_THREAD, '--checkpoints_dir', checkpoints];
const GPU = on('webgpu');
const small = (name: string, ...flags: string[]) => {
  return ['--dataroot', dataroot, ...TINY, ...flags, ...GPU, '--name', name];
};
const checkpointOf = (name: string) => stored(join(checkpoints, name));

type Stored = ReturnType<typeof checkpointOf>;
interface Counters {
  readonly decided: DecidedAlgorithms;
}

/** By which tiles a training's kernels compute: also those that only show images, as an interrupted epoch does not. */
const tilesOf = ({ counters }: Stored) => (counters as Counters).decided.algorithms;
const withoutTiles = ({ counters, ...tensors }: Stored) => ({
  ...tensors,
  counters: { ...(counters as Counters), decided: undefined },
});

/** The losses of all steps, in order. */
const losses = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) => (event.kind === 'step' ? [event.report.losses] : []));

/** The weights of a network in a checkpoint, by their names. */
function weightsOf(name: string, network: string): ReadonlyMap<string, Float32Array> {
  const tensors = Object.entries(checkpointOf(name)[network] as Readonly<Record<string, string>>);
  const floats = tensors.filter(([tensor]) => !tensor.endsWith('num_batches_tracked'));
  return new Map(
    floats.map(([tensor, data]) => [
      tensor,
      new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer),
    ]),
  );
}

if (foundGpu !== undefined) {
  const { all } = await recipeLines(join(folder, 'recipes'));
  const everything = ['--accumulate', '2', '--clip_grad_norm', '0.5', '--ema', '0.9', '--batch_size', '2'];
  const ours = [
    ['dropout', ['--dataroot', dataroot, ...TINY, ...DROPOUT, '--val_freq', '1']],
    ['optimiser', ['--dataroot', dataroot, ...TINY, ...everything]],
    ['mixed', ['--dataroot', dataroot, ...TINY, '--ngf', '4', '--precision', 'mixed']],
    ['mixed_optimiser', ['--dataroot', dataroot, ...TINY, ...everything, '--precision', 'mixed']],
  ] as const;
  for (const [name, flags] of [...ours, ...all]) {
    gpuTest(
      `${name}: a training that goes on from a checkpoint is the one that wrote it, to the bit`,
      async () => {
        let steps = 0;
        const keep = ({ kind }: TrainingEvent) => {
          if (kind === 'step') steps++;
          if (kind !== 'saved' || steps !== 3) return;
          cpSync(join(checkpoints, name), join(checkpoints, `${name}_cut`), { recursive: true });
        };
        const start = [...flags, ...GPU, '--name', name, '--save_latest_freq', '1', '--max_steps', '4'];
        const whole = await trainHere(start, undefined, keep);
        const more = ['--name', `${name}_cut`, '--continue_train', ...GPU];
        const rest = await trainHere([...more, '--max_steps', '4']);
        assert.equal(rest.summary.stepsNow, 1);
        assert.deepEqual(losses(rest.events), losses(whole.events).slice(3));
        const [both, one] = [checkpointOf(`${name}_cut`), checkpointOf(name)];
        const [tiles, others] = [tilesOf(both), tilesOf(one)];
        for (const [kernel, tile] of Object.entries(tiles))
          assert.equal(tile, others[kernel] ?? tile, kernel);
        assert.deepEqual(withoutTiles(both), withoutTiles(one));
      },
    );
  }
}

gpuTest('ten steps are the CPU’s: losses within a thousandth, and parameters', async () => {
  const start = ['--dataroot', dataroot, ...TINY, ...DROPOUT, '--max_steps', '10'];
  const [ours, theirs] = [
    await trainHere([...start, ...on('webgpu'), '--name', 'ten_webgpu']),
    await trainHere([...start, ...on('cpu'), '--name', 'ten_cpu']),
  ].map(({ events }) => losses(events));
  assert.equal(theirs.length, 10);
  for (const [i, expected] of theirs.entries()) {
    for (const [name, loss] of Object.entries(expected)) {
      const found = ours[i][name];
      assert.ok(Math.abs(found / loss - 1) < 1e-3, `step ${i + 1}, ${name}: ${found}, on the CPU ${loss}`);
    }
  }
  for (const network of ['G', 'D']) {
    const found = weightsOf('ten_webgpu', network);
    for (const [name, expected] of weightsOf('ten_cpu', network)) {
      const worst = maxDifference(found.get(name)!, expected);
      assert.ok(worst < 1e-3, `${network}.${name}: ${worst} apart`);
    }
  }
});

gpuTest('stopped by SIGTERM it has saved, and goes on exactly', () => {
  const start = ['train', ...small('program', ...DROPOUT), '--max_steps', '7'];
  const whole = pix2pix(folder, start);
  assert.deepEqual([whole.status, whole.stderr], [0, '']);
  const signal = `if (event.kind === 'step' && event.report.at.step === 2) {
    process.kill(process.pid, 'SIGTERM');
    for (let i = 0; i < 6000 && !isTold(); i++) wait(); // a minute, if it is never told
  }`;
  const argv = ['train', ...small('killed', ...DROPOUT), '--max_steps', '7'];
  const cut = pix2pix(folder, argv, afterEachEvent(folder, 'sigterm', signal));
  assert.equal(cut.status, 143, cut.stderr);
  assert.match(cut.stdout, /saved and stopped after \d step/);
  const rest = pix2pix(folder, ['train', '--name', 'killed', '--continue_train', ...GPU, '--max_steps', '7']);
  assert.equal(rest.status, 0, rest.stderr);
  assert.deepEqual(checkpointOf('killed'), checkpointOf('program'));
});

gpuTest('a training that diverges ends with one error, and what it had saved is intact', async () => {
  await trainHere(small('diverged', '--max_steps', '2'));
  const saved = checkpointOf('diverged');
  const more = ['--name', 'diverged', '--continue_train', ...GPU, '--lr', '1e30', '--save_latest_freq', '2'];
  const { status, stderr } = pix2pix(folder, ['train', ...more]);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^error: training has diverged: .*\n\s+at +epoch 1, step 3$/m);
  assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m);
  assert.deepEqual(checkpointOf('diverged'), saved);
});

gpuTest('a GPU that is lost ends it with one error, and it goes on from its last checkpoint', async () => {
  const { globals } = (await import('webgpu')) as unknown as {
    globals: { GPUAdapter: { prototype: GPUAdapter } };
  };
  const { requestDevice } = globals.GPUAdapter.prototype;
  let latest: GPUDevice | undefined;
  globals.GPUAdapter.prototype.requestDevice = async function (
    this: GPUAdapter,
    ...given: [GPUDeviceDescriptor]
  ) {
    latest = await requestDevice.apply(this, given);
    return latest;
  };
  after(() => Object.assign(globals.GPUAdapter.prototype, { requestDevice }));
  const argv = small('lost', '--save_latest_freq', '2', '--max_steps', '5');
  const events: TrainingEvent[] = [];
  const losing = (event: TrainingEvent) => {
    events.push(event);
    if (event.kind === 'saved') latest!.destroy();
  };
  await assert.rejects(trainHere(argv, undefined, losing), {
    name: 'Pix2PixError',
    message: /the GPU is lost[\s\S]*--continue_train/,
  });
  assert.equal(events.filter(({ kind }) => kind === 'saved').length, 1);
  await trainHere(['--name', 'lost', '--continue_train', ...GPU, '--max_steps', '5']);
  await trainHere(small('never_lost', '--save_latest_freq', '2', '--max_steps', '5'));
  assert.deepEqual(checkpointOf('lost'), checkpointOf('never_lost'));
});
