/** Every recipe and model, trained for a few steps on small data, interrupted, continued, tested and put to use. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { findTrainedGenerator } from '../src/inference/generatorSource.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { readStateDict } from '../src/interop/readStateDict.js';
import { BUILT_IN_RECIPES } from '../src/options/recipes/builtIn.js';
import { parseTestOptions } from '../src/training/options.js';
import { completeOptions } from '../src/training/saved/completeOptions.js';
import { test as translateAll } from '../src/training/testCommand.js';
import { maxDifference } from './assertClose.js';
import { ONE_THREAD, recipeLines } from './recipeLines.js';
import { stored, temporaryFolder, trainHere } from './tinyRun.js';
import { trainingHere } from './told.js';

const folder = temporaryFolder();
const checkpoints = join(folder, 'checkpoints');
const { recipes: RECIPES, all, dataroots } = await recipeLines(folder);
const { paired, unpaired } = dataroots;
const single = join(paired, 'train'); // any images will do
const MACHINE = [...ONE_THREAD, '--device', 'cpu', '--checkpoints_dir', checkpoints];
const SHORT = ['--n_epochs', '2', '--n_epochs_decay', '0'];

test('there is a command line for every recipe', () => {
  assert.deepEqual(Object.keys(RECIPES).sort(), Object.keys(BUILT_IN_RECIPES).sort());
});

for (const [name, flags] of all) {
  test(`${name}: a training that is interrupted and continued is the one that is not`, async () => {
    const start = [...flags, ...SHORT, ...MACHINE];
    const whole = await trainHere([...start, '--name', name]);
    assert.equal(whole.summary.reason, 'finished');
    assert.ok(whole.summary.steps >= 4 || /article|accumulated/.test(name), `${whole.summary.steps}`);
    await trainHere([...start, '--name', `${name}_cut`], 3);
    const rest = await trainHere(['--name', `${name}_cut`, '--continue_train', ...MACHINE]);
    assert.ok(rest.summary.stepsNow > 0 && rest.summary.stepsNow < whole.summary.stepsNow);
    assert.deepEqual(stored(join(checkpoints, `${name}_cut`)), stored(join(checkpoints, name)));
    const images = whole.events.flatMap((event) => (event.kind === 'images' ? [event] : []));
    assert.deepEqual(new Set(images.map(({ at }) => at.epoch)), new Set([1, 2]), 'images of every epoch');
    if (name === 'mnist') assert.deepEqual(images[1].visuals.fake.shape, [1, 1, 240, 240], '8 × 8 digits');
  });
}

async function testRun(name: string, ...more: string[]) {
  const argv = ['--name', name, '--results_dir', join(folder, 'results'), ...MACHINE, ...more];
  const silent = { message: () => {}, progress: () => {} };
  return translateAll(completeOptions(parseTestOptions(argv)), undefined, silent);
}

const visualsOf = (page: string, stem: string) =>
  readdirSync(join(page, '..', 'images'))
    .flatMap((file) => (file.startsWith(`${stem}_`) ? [file.slice(stem.length + 1, -'.png'.length)] : []))
    .sort();

test('CycleGAN: losses and images have the reference’s names', async () => {
  const argv = [
    ...RECIPES.cyclegan,
    '--recipe',
    'cyclegan',
    '--max_steps',
    '1',
    '--name',
    'names',
    '--display_freq',
    '1',
    ...MACHINE,
  ];
  const { events } = await trainHere(argv);
  const [shown] = events.flatMap((event) => (event.kind === 'images' ? [event.visuals] : []));
  const names = ['real_A', 'fake_B', 'rec_A', 'idt_B', 'real_B', 'fake_A', 'rec_B', 'idt_A'];
  assert.deepEqual(Object.keys(shown), names);
  const [losses] = events.flatMap((event) => (event.kind === 'step' ? [event.report.losses] : []));
  const lossNames = ['A', 'B'].flatMap((side) => ['D', 'G', 'cycle', 'idt'].map((loss) => `${loss}_${side}`));
  assert.deepEqual(Object.keys(losses), lossNames);
  const { page, images, means } = await testRun('cyclegan');
  assert.equal(images, 3);
  assert.equal(means.count, 0, 'images without pairs are not compared');
  assert.deepEqual(visualsOf(page, '0'), ['fake_A', 'fake_B', 'real_A', 'real_B', 'rec_A', 'rec_B']);
});

test('one generator of CycleGAN translates a folder by itself, as the whole does', async () => {
  const whole = await testRun('cyclegan');
  for (const [suffix, from, real, fake] of [
    ['_A', 'testA', 'real_A', 'fake_B'],
    ['_B', 'testB', 'real_B', 'fake_A'],
  ]) {
    const one = await testRun(
      ...(['cyclegan', '--model', 'test', '--model_suffix', suffix, '--phase', `one${suffix}`] as const),
      ...['--dataroot', join(unpaired, from)],
    );
    assert.deepEqual(visualsOf(one.page, '0'), ['fake', 'real']);
    const pixels = (page: string, visual: string) =>
      sharp(join(page, '..', 'images', `0_${visual}.png`))
        .raw()
        .toBuffer();
    assert.deepEqual(await pixels(one.page, 'real'), await pixels(whole.page, real));
    const [a, b] = [await pixels(one.page, 'fake'), await pixels(whole.page, fake)];
    assert.ok(maxDifference(a, b) <= 1);
  }
  await assert.rejects(
    testRun('cyclegan', '--model', 'test', '--dataroot', join(unpaired, 'testA')),
    /has no network G\n[\s\S]*pass --model_suffix _A/,
  );
  await assert.rejects(testRun('cyclegan', '--model', 'test'), /--dataroot is missing/);
  const argv = ['--model', 'test', '--dataroot', single, '--name', 'none', ...MACHINE];
  assert.match((await trainingHere(...argv)).stderr, /--model test has nothing to train/);
});

test('either generator of CycleGAN is loaded, exported, and goes back to the reference’s names', async () => {
  const inRun = { checkpointsDir: checkpoints };
  const image = await sharp(join(unpaired, 'testB', '0.png'))
    .resize(32, 32)
    .png()
    .toBuffer();
  const made: Uint8Array[] = [];
  for (const generator of ['G_A', 'G_B'] as const) {
    const direct = await loadGenerator('cyclegan', { ...inRun, generator });
    const expected = await direct.translate(image);
    await direct.dispose();
    const out = join(folder, `${generator}.onnx`);
    await exportGenerator('cyclegan', { ...inRun, generator, format: 'onnx', out });
    const exported = await loadGenerator(out);
    const found = await exported.translate(image);
    await exported.dispose();
    assert.ok(maxDifference(found.data, expected.data) <= 1);
    made.push(found.data);
    const network = findTrainedGenerator('cyclegan', { ...inRun, generator });
    const pth = join(folder, `${generator}.pth`);
    await exportGenerator('cyclegan', { ...inRun, generator, format: 'pth', out: pth });
    assert.equal(readStateDict(pth).size, network.network.states.length);
  }
  assert.ok(maxDifference(made[0], made[1]) > 1, 'they are two');
  await assert.rejects(
    loadGenerator('cyclegan', { ...inRun, generator: 'G_C' }),
    /no generator G_C[\s\S]*G_A, G_B/,
  );
  await assert.rejects(loadGenerator('mnist', inRun), /nothing to translate/);
});

test('files of the reference’s CycleGAN are a run that is tested and trained further', async () => {
  const run = join(checkpoints, 'theirs');
  mkdirSync(run);
  for (const generator of ['G_A', 'G_B']) {
    const out = join(run, `latest_net_${generator}.pth`);
    await exportGenerator('cyclegan', { checkpointsDir: checkpoints, generator, format: 'pth', out });
  }
  const data = ['--dataroot', unpaired, '--load_size', '36', '--crop_size', '32'];
  const ours = await testRun('cyclegan', '--phase', 'test');
  const theirs = await testRun('theirs', ...data, '--load_size', '32');
  for (const visual of ['fake_A', 'fake_B', 'rec_A', 'rec_B']) {
    const pixels = ({ page }: { page: string }) =>
      sharp(join(page, '..', 'images', `0_${visual}.png`))
        .raw()
        .toBuffer();
    assert.deepEqual(await pixels(theirs), await pixels(ours), visual);
  }
  const { summary, events } = await trainHere([
    ...['--name', 'theirs', '--continue_train', '--model', 'cycle_gan', '--ndf', '2', ...data, ...MACHINE],
    ...['--max_steps', '2', '--n_epochs', '3'],
  ]);
  assert.equal(summary.stepsNow, 2);
  const warnings = events.flatMap((event) => (event.kind === 'warning' ? [event.text] : []));
  assert.match(warnings.join('\n'), /no latest_net_D_A\.pth: D_A starts afresh/);
});

test('the plain GAN shows sheets of 8 × 8, of which the noise is always the same', async () => {
  const { page, images } = await testRun('mnist', '--num_test', '64');
  assert.equal(images, 64);
  assert.deepEqual(visualsOf(page, '00000'), ['fake', 'real']);
  const { width, height } = await sharp(join(page, '..', 'images', '00000_real.png')).metadata();
  assert.deepEqual([width, height], [8 * 30, 8 * 30]);
  const again = await testRun('mnist', '--num_test', '64', '--phase', 'val');
  const fakes = [page, again.page].map((path) =>
    sharp(join(path, '..', 'images', '00000_fake.png'))
      .raw()
      .toBuffer(),
  );
  const [first, second] = await Promise.all(fakes);
  assert.deepEqual(first, second);
});

test('colours come back as a picture as large as the grey one, and keep its lightness', async () => {
  const { page, means } = await testRun('colorization');
  assert.equal(means.count, 1);
  assert.deepEqual(visualsOf(page, '0'), ['fake_B_rgb', 'real_A', 'real_B_rgb']);
  const generator = await loadGenerator('colorization', { checkpointsDir: checkpoints });
  const grey = await sharp({ create: { width: 40, height: 32, channels: 3, background: '#777' } })
    .png()
    .toBuffer();
  const coloured = await generator.translate(grey);
  await generator.dispose();
  assert.deepEqual(coloured.shape, [1, 32, 40, 3]);
  const alone = testRun('colorization', '--model', 'test', '--dataroot', single);
  await assert.rejects(alone, /makes no images by itself[\s\S]*the command translate/);
});

test('the article’s line of losses has its form', async () => {
  const argv = ['--recipe', 'article', ...RECIPES.article, ...MACHINE, '--name', 'line'];
  const { stdout, status, stderr } = await trainingHere(...argv, '--max_steps', '2', '--print_freq', '2');
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    /^Epoch \[0\/30\], Step \[1\/2\], d_loss: \d\.\d{4}, g_loss: \d+\.\d{4},D\(real\): 0\.\d\d, D\(fake\):0\.\d\d,g_loss_gan:\d\.\d{4},g_loss_L1:\d\.\d{4}$/m,
  );
});

test('bad input is refused in words', async () => {
  const lone = join(folder, 'lone');
  mkdirSync(join(lone, 'trainA'), { recursive: true });
  const digitsOf = (name: string, ...bytes: number[]) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'train-images-idx3-ubyte'), Buffer.from(bytes));
    return join(folder, name);
  };
  const labels = digitsOf('labels', 0, 0, 8, 1, 0, 0, 0, 8, ...Array(8).fill(7));
  const cut = digitsOf('cut', 0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 28, 0, 0, 0, 28, ...Array(100).fill(7));
  for (const [argv, message] of [
    [['--recipe', 'cyclegan', '--dataroot', lone], /one of the two image folders is missing/],
    [['--recipe', 'mnist', '--dataroot', lone], /no file of digits for phase 'train'/],
    [
      ['--recipe', 'mnist', '--dataroot', labels],
      /is no idx file of images[\s\S]*0x00000801[\s\S]*0x00000803/,
    ],
    [['--recipe', 'mnist', '--dataroot', cut], /is cut short\n[\s\S]*9 images of 28×28/],
    [
      ['--recipe', 'cyclegan', '--gan_mode', 'hinge', '--dataroot', lone],
      /--recipe cyclegan and --gan_mode hinge/,
    ],
    [['--model', 'cycle_gan', '--input_nc', '1', '--dataroot', unpaired], /--lambda_identity 0/],
    [['--recipe', 'colorization', '--direction', 'BtoA', '--dataroot', paired], /leave out .*--direction/],
  ] as const) {
    const { status, stderr } = await trainingHere('--name', 'bad', ...MACHINE, ...argv);
    assert.equal(status, 1, stderr);
    assert.match(stderr, message);
  }
});
