import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDataset, root, stored, TINY, temporaryFolder, trainHere } from '../../../test/tinyRun.js';

const folder = temporaryFolder();
const dataroot = await makeDataset(join(folder, 'data'), { train: 2, val: 5 });
const NETWORK = join(root, 'test/fixtures/quality/features.onnx');
const words = (name: string, ...more: string[]) => [
  ...['--dataroot', dataroot, '--checkpoints_dir', folder, '--name', name, '--no_html', ...TINY],
  ...['--n_epochs_decay', '0', ...more],
];
const measuresOf = ({ events }: Awaited<ReturnType<typeof trainHere>>) =>
  events.flatMap((event) => (event.kind === 'validated' ? [event.result.measures] : []));

test('validation measures by feature networks, and the best checkpoint is best at what was chosen', async () => {
  const chosen = ['--features', NETWORK, '--save_best', 'FID', '--n_epochs', '4'];
  const trained = await trainHere(words('features', ...chosen));
  const measures = measuresOf(trained);
  assert.equal(measures.length, 4);
  for (const name of ['LPIPS', 'FID', 'KID', 'precision', 'recall', 'L1', 'PSNR', 'SSIM'] as const)
    assert.ok(Number.isFinite(measures[0][name]), name);
  const values = measures.map(({ FID }) => FID!);
  const epoch = 1 + values.indexOf(Math.min(...values));
  const { best } = stored(join(folder, 'features')).counters as { best: object };
  assert.deepEqual(best, { metric: 'FID', value: values[epoch - 1], epoch, since: 4 - epoch });
});

test('a training ends early when its best validation is so many back, and goes on counting when it is resumed', async () => {
  // With such a learning rate, and without dropout, all validations are equal: the first stays the best.
  const still = [
    '--lr',
    '1e-30',
    '--n_epochs',
    '9',
    '--early_stop',
    '3',
    '--save_best',
    'PSNR',
    '--norm',
    'instance',
  ];
  const whole = await trainHere(words('whole', ...still));
  assert.deepEqual([whole.summary.reason, whole.summary.epoch], ['finished', 4]);
  assert.ok(
    whole.events.some(
      (event) => event.kind === 'message' && /^early stop: in 3 validations PSNR/.test(event.text),
    ),
  );
  await trainHere(words('cut', ...still, '--max_steps', '4'));
  const resumed = await trainHere([...words('cut', '--continue_train', '--max_steps', 'inf')]);
  assert.equal(resumed.summary.epoch, 4);
});

test('what would not be measured cannot be followed', async () => {
  await assert.rejects(trainHere(words('none', '--save_best', 'KID')), /KID needs a feature network/);
  await assert.rejects(
    trainHere(words('none', '--save_best', 'MS-SSIM', '--early_stop', '2')),
    /MS-SSIM is not defined for images so small[\s\S]*least side +176/,
  );
  const bare = await makeDataset(join(folder, 'bare'), { train: 1 });
  await assert.rejects(
    trainHere(words('none', '--dataroot', bare, '--early_stop', '2')),
    /validates nothing cannot be stopped early/,
  );
});
