import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { readEvents } from '../src/records/writing/eventFileReader.js';
import { makeDataset, pix2pix, TINY, temporaryFolder, textOf } from './tinyRun.js';

// The files that a training writes, and its messages.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 5, val: 2, test: 1 });
const runFolder = (name: string) => join(folder, 'checkpoints', name);
const train = (name: string, ...more: string[]) =>
  pix2pix(folder, ['train', '--dataroot', 'data', ...TINY, '--name', name, ...more]);

const EPOCHS = ['--n_epochs', '2', '--n_epochs_decay', '2'];
const made = train('run', ...EPOCHS, '--print_freq', '2', '--display_freq', '4', '--update_html_freq', '3');
assert.equal(made.status, 0, made.stderr);

const LOSS_LINE =
  /^\(epoch: (\d+), iters: (\d+), time: \d+\.\d{3}, data: \d+\.\d{3}\) G_GAN: \d+\.\d{3} G_L1: \d+\.\d{3} D_real: \d+\.\d{3} D_fake: \d+\.\d{3} $/;

test('loss_log.txt is as the reference writes it, every print_freq images', () => {
  const [header, ...lines] = textOf(runFolder('run'), 'loss_log.txt').trimEnd().split('\n');
  assert.match(header, /^=+ Training Loss \(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\) =+$/);
  const places = lines.map((line) => LOSS_LINE.exec(`${line.trimEnd()} `)?.slice(1).map(Number));
  // 20 images in 4 epochs of 5: after images 2, 4, ... 20
  const expected = [2, 4, 6, 8, 10, 12, 14, 16, 18, 20].map((n) => [Math.ceil(n / 5), ((n - 1) % 5) + 1]);
  assert.deepEqual(places, expected);
});

test('without a terminal it prints those lines, plainly, and what ends an epoch', () => {
  const { stdout, stderr } = made;
  assert.equal(stderr, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(stdout, /[\r\u001b]/);
  const losses = stdout.split('\n').filter((line) => line.startsWith('(epoch:'));
  assert.equal(losses.length, 10);
  for (const line of losses) assert.match(line, LOSS_LINE);
  const epochs = stdout.split('\n').filter((line) => line.startsWith('epoch '));
  const [rates, means] = [/lr (\S+)/, /G_L1 +([\d.]+)/].map((figure) =>
    epochs.map((line) => Number(figure.exec(line)?.[1])),
  );
  assert.deepEqual(rates, [2e-4, 2e-4, 1.33e-4, 6.67e-5]);
  assert(means.every((mean) => mean > 1 && mean < 200));
  for (const [i, line] of epochs.entries()) {
    assert.match(
      line,
      /^epoch \d\/4( {2}(G_GAN|G_L1|D_real|D_fake) +\d+\.\d{3}){4} {2}lr \S+ {2}[\d.]+ images\/s( {2}waiting \d+ %)? {2}\d+:\d\d {2}val L1 \d\.\d{4} {2}PSNR +[\d.]+ dB {2}SSIM -?\d\.\d{4}$/,
    );
    assert(line.startsWith(`epoch ${i + 1}/4`));
  }
});

test('train_opt.txt tells all options, and which are not as by default', () => {
  const text = textOf(runFolder('run'), 'train_opt.txt');
  assert.match(text, /^-+ Options -+\n {15}accumulate: 1 +\n {12}alert_plateau: 10 +\n/);
  assert.match(text, /^ +ngf: 2 +\t\[default: 64\]$/m);
  assert.match(text, /^ +lambda_L1: 100\.0 +$/m);
  assert.match(text, /^ +norm: batch +$/m);
});

test('web/index.html shows every epoch with pictures that are there', async () => {
  const page = join(runFolder('run'), 'web', 'index.html');
  const html = textOf(page);
  assert.deepEqual(
    [...html.matchAll(/<h2>epoch \[(\d+)\]<\/h2>/g)].map(([, epoch]) => epoch),
    ['4', '3', '2', '1'],
  );
  const pictures = [...html.matchAll(/<img [^>]*src="([^"]+)"/g)].map(([, source]) => source);
  assert.equal(pictures.length, 12);
  for (const source of pictures) {
    const { width, height, format } = await sharp(join(dirname(page), source)).metadata();
    assert.deepEqual({ width, height, format }, { width: 32, height: 32, format: 'png' });
  }
  assert.match(html, /training has ended/);
  assert(
    !existsSync(
      join(
        runFolder(train('plain', '--max_steps', '1', '--no_html').status === 0 ? 'plain' : 'failed'),
        'web',
      ),
    ),
  );
});

/** Steps by tag, of a run's event files in order. */
interface Kept {
  readonly steps: number[];
  readonly values: number[];
  /** PNG. */
  readonly images: Uint8Array[];
}

async function eventsOf(name: string): Promise<Map<string, Kept>> {
  const tags = new Map<string, Kept>();
  const files = readdirSync(runFolder(name)).filter((file) => file.startsWith('events.out.tfevents.'));
  for (const file of files.sort()) {
    for await (const { step, what } of readEvents(join(runFolder(name), file))) {
      if (what.case !== 'summary') continue;
      for (const { tag, value } of what.value.value) {
        if (!tags.has(tag)) tags.set(tag, { steps: [], values: [], images: [] });
        tags.get(tag)!.steps.push(Number(step));
        if (value.case === 'image') tags.get(tag)!.images.push(value.value.encodedImageString);
        tags.get(tag)!.values.push(value.case === 'simpleValue' ? value.value : Number.NaN);
      }
    }
  }
  return tags;
}

test('the event file holds losses, learning rate, validation and images, each in its period', async () => {
  const tags = await eventsOf('run');
  const everyStep = Array.from({ length: 20 }, (_, i) => i + 1);
  for (const loss of ['G_GAN', 'G_L1', 'D_real', 'D_fake']) {
    const { steps, values } = tags.get(`loss/${loss}`)!;
    assert.deepEqual(steps, everyStep);
    assert(values.every(Number.isFinite));
  }
  const rates = tags.get('lr')!;
  assert.deepEqual(rates.steps, everyStep);
  const byEpoch = rates.values.filter((_, i) => i % 5 === 4).map((rate) => Number((rate * 1e4).toFixed(4)));
  assert.deepEqual(byEpoch, [2, 2, 1.3333, 0.6667]);
  for (const tag of ['val/L1', 'val/PSNR', 'val/SSIM'])
    assert.deepEqual(tags.get(tag)!.steps, [5, 10, 15, 20]);
  for (const visual of ['real_A', 'fake_B', 'real_B']) {
    assert.deepEqual(tags.get(`visuals/${visual}`)!.steps, [4, 8, 12, 16, 20]);
  }
});

test('the same images of the validation set are kept each time, as a test would make them', async () => {
  const tags = await eventsOf('run');
  for (const sample of [1, 2]) {
    assert.deepEqual(tags.get(`samples/${sample}/fake_B`)!.steps, [4, 8, 12, 16, 20]);
    for (const still of ['real_A', 'real_B'])
      assert.deepEqual(
        tags.get(`samples/${sample}/${still}`)!.steps,
        [4],
        'what stays as it is is kept once',
      );
  }
  assert(!tags.has('samples/3/fake_B'), 'there are two');
  const tested = pix2pix(folder, ['test', '--name', 'run', '--phase', 'val', '--intra_threads', '1']);
  assert.equal(tested.status, 0, tested.stderr);
  const results = join(folder, 'results', 'run', 'val_latest', 'images');
  for (const [sample, name] of [1, 2].flatMap((n) =>
    ['real_A', 'fake_B', 'real_B'].map((v) => [n, v] as const),
  )) {
    const pixels = (png: string | Uint8Array) => sharp(png).raw().toBuffer();
    const kept = tags.get(`samples/${sample}/${name}`)!.images.at(-1)!;
    assert.deepEqual(await pixels(kept), await pixels(join(results, `${sample - 1}_${name}.png`)), name);
  }
});

test('a run that goes on adds to its records; val_freq, keep_last and save_by_iter do what they say', async () => {
  const some = ['--val_freq', '2', '--save_epoch_freq', '1', '--keep_last', '2'];
  const begun = train('more', ...EPOCHS, ...some, '--print_freq', '1', '--max_steps', '7');
  assert.equal(begun.status, 0, begun.stderr);
  const rest = pix2pix(folder, ['train', '--name', 'more', '--continue_train']);
  assert.equal(rest.status, 0, rest.stderr);
  const log = textOf(runFolder('more'), 'loss_log.txt');
  assert.equal(log.match(/^=+ Training Loss/gm)?.length, 2);
  assert.equal(log.match(/^\(epoch:/gm)?.length, 20);
  const tags = await eventsOf('more');
  assert.deepEqual(
    tags.get('loss/G_L1')!.steps,
    [...Array(20).keys()].map((i) => i + 1),
  );
  assert.deepEqual(tags.get('val/L1')!.steps, [10, 20]);
  assert.deepEqual(
    readdirSync(runFolder('more')).filter((file) => file.endsWith('.json')),
    ['3.json', '4.json', 'best.json', 'latest.json', 'previous.json', 'run.json'],
  );

  const often = train(
    'often',
    '--max_steps',
    '4',
    '--save_latest_freq',
    '2',
    '--save_by_iter',
    '--batch_size',
    '2',
  );
  assert.equal(often.status, 0, often.stderr);
  // 2, 4, 5 and, in the next epoch, 7 images
  assert.deepEqual(
    readdirSync(runFolder('often')).filter((file) => file.endsWith('.json')),
    ['best.json', 'iter_2.json', 'iter_4.json', 'iter_7.json', 'latest.json', 'previous.json', 'run.json'],
  );
});

test('--load_iter goes on in the epoch of that iteration, and translates with it', () => {
  const goOn = ['train', '--name', 'often', '--continue_train', '--load_iter', '4', '--max_steps', '3'];
  const { status, stdout, stderr } = pix2pix(folder, [...goOn, '--print_freq', '1']);
  assert.deepEqual([status, stderr], [0, ''], stdout);
  assert.match(
    stdout,
    /^warning: checkpoint iter_4 holds networks alone: training goes on at the beginning of epoch 1 /m,
  );
  assert.match(stdout, /^\(epoch: 1, iters: 2, /m);
  assert.match(stdout, /^saved and stopped after 3 steps/m);
  const translated = pix2pix(folder, ['test', '--name', 'often', '--load_iter', '2']);
  assert.equal(translated.status, 0, translated.stderr);
  assert(existsSync(join(folder, 'results', 'often', 'test_latest_iter2', 'index.html')));
});

test('a new run in the folder of an earlier one says what it replaces', () => {
  assert.equal(train('again', '--max_steps', '2').status, 0);
  const { status, stdout } = train('again', '--max_steps', '1', '--seed', '1');
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^warning: checkpoints.again holds an earlier run \(epoch 1, 2 images seen\), which this one /m,
  );
});

test('a run that has finished says so, and goes on where more epochs are asked for', () => {
  const finished = pix2pix(folder, ['train', '--name', 'run', '--continue_train', '--epoch_count', '2']);
  assert.equal(finished.status, 0, finished.stderr);
  assert.match(
    finished.stdout,
    /^warning: --epoch_count 2 has no effect: the checkpoint stands in epoch 5$/m,
  );
  assert.match(finished.stdout, /^nothing is left to train: the run has finished its 4 epochs/m);
  const more = pix2pix(folder, ['train', '--name', 'run', '--continue_train', '--n_epochs_decay', '3']);
  assert.equal(more.status, 0, more.stderr);
  assert.match(more.stdout, /^epoch 5\/5 .* lr 5\.00e-5 /m);
});

test('--epoch N goes on after that epoch, and the best stays the best', async () => {
  const argv = ['train', '--name', 'run', '--continue_train', '--epoch', '5', '--n_epochs_decay', '4'];
  const { status, stdout, stderr } = pix2pix(folder, [...argv, '--epoch_count', '6', '--print_freq', '1']);
  assert.deepEqual([status, stderr], [0, ''], stdout);
  assert.match(
    stdout,
    /^warning: checkpoint 5 holds networks alone: training goes on at the beginning of epoch 6 /m,
  );
  assert.match(stdout, /^\(epoch: 6, iters: 1, /m);
  assert.match(stdout, /^finished after 30 steps, in epoch 6/m);
  const { steps, values } = (await eventsOf('run')).get('val/L1')!;
  const best = steps[values.indexOf(Math.min(...values))];
  const { manifest } = new CheckpointStore(runFolder('run')).list().find(({ tag }) => tag === 'best')!;
  assert.equal(manifest?.totalIters, best);
});

test('--quiet says nothing', () => {
  const { status, stdout, stderr } = train('quiet', '--quiet', '--n_epochs', '1', '--n_epochs_decay', '0');
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
  assert.match(textOf(runFolder('quiet'), 'train_opt.txt'), /quiet: True/);
});
