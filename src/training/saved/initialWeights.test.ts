import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDataset, stored, TINY, temporaryFolder, trainHere } from '../../../test/tinyRun.js';
import { CheckpointStore } from '../../checkpoints/store.js';
import { writeStateDict } from '../../interop/writeStateDict.js';
import { createModel } from '../createModel.js';
import type { Model } from '../model/model.js';
import { parseTrainOptions } from '../options.js';

const folder = temporaryFolder();
const dataroot = await makeDataset(join(folder, 'data'), { train: 3 });
const words = (name: string, ...more: string[]) => [
  ...['--dataroot', dataroot, '--checkpoints_dir', folder, '--name', name, '--no_html', ...TINY],
  ...['--n_epochs', '2', '--n_epochs_decay', '0', '--seed', '5', ...more],
];
await trainHere(words('first', '--save_epoch_freq', '1'));

/** The tensors of the networks of a run's checkpoint. */
function tensorsOf(name: string, tag = 'latest') {
  const loaded = new CheckpointStore(join(folder, name), { onWarning: () => {} }).load(tag, { state: false });
  try {
    const networks = [...loaded.networks];
    return new Map(
      networks.flatMap(([network, file]) =>
        [...file.tensors.keys()].map((tensor) => [`${network}.${tensor}`, file.read(tensor)] as const),
      ),
    );
  } finally {
    loaded.close();
  }
}

/** The tensors of a training that has not made a step, and what it said. */
async function begun(...argv: string[]) {
  const opt = parseTrainOptions(words('begun', ...argv));
  const said: string[] = [];
  const model: Model = await createModel(opt);
  try {
    await model.setup(opt, { print: (text) => said.push(text) });
    const tensors = new Map<string, ArrayLike<number | bigint>>();
    for (const [network, { states }] of Object.entries(model.usedNetworks()))
      for (const state of states) tensors.set(`${network}.${state.name}`, await model.device.download(state));
    return { tensors, said: said.join('\n') };
  } finally {
    await model.dispose();
  }
}

test('a checkpoint is named within --checkpoints_dir too, and what is none by one message', async () => {
  const { tensors } = await begun('--init_from', 'first/1.json');
  const saved = tensorsOf('first', '1');
  const name = [...saved.keys()].find((key) => key.startsWith('G.') && key.endsWith('weight'))!;
  assert.deepEqual(Array.from(tensors.get(name)!), [...(saved.get(name)!.data as Float32Array)]);
  await assert.rejects(
    begun('--init_from', join(dataroot, 'train', '0.png')),
    /no run to begin with[\s\S]*none of weights/,
  );
  await assert.rejects(begun('--init_from', 'first/7.json'), /no run to begin with[\s\S]*no such folder/);
});

test('a run begins with the weights of another, of any of its checkpoints, or of files', async () => {
  const [latest, one] = [tensorsOf('first'), tensorsOf('first', '1')];
  const save = (network: string, file: string) => {
    const own = [...latest].filter(([name]) => name.startsWith(`${network}.`));
    writeStateDict(join(folder, file), new Map(own.map(([name, tensor]) => [name.slice(2), tensor])));
  };
  save('G', 'published.pth');
  save('D', 'judge_net_D.pth');
  const from = {
    first: latest,
    [join(folder, 'first', '1.json')]: one,
    [join(folder, 'first')]: latest,
    [`${join(folder, 'published.pth')},${join(folder, 'judge_net_D.pth')}`]: latest,
    [join(folder, 'first', '1_net_G.safetensors')]: new Map(
      [...one].filter(([name]) => name.startsWith('G')),
    ),
  };
  for (const [source, expected] of Object.entries(from)) {
    const { tensors, said } = await begun('--init_from', source);
    for (const [name, { data }] of expected) assert.deepEqual(tensors.get(name), data, `${source} ${name}`);
    assert.match(said, /G begins with the weights of /);
    if (expected.size < latest.size) assert.match(said, /D starts afresh: .* has none/);
  }
});

test('with --init_partial layers that do not fit start afresh, as they would without, and are named', async () => {
  const wide = ['--input_nc', '5', '--init_from', 'first'];
  await assert.rejects(
    begun(...wide),
    /do not fit G[\s\S]*weight \[2,5,4,4\], found \[2,3,4,4\][\s\S]*--init_partial/,
  );
  const { tensors, said } = await begun(...wide, '--init_partial');
  const fresh = (await begun('--input_nc', '5')).tensors;
  let [taken, drawn] = [0, 0];
  for (const [name, { data, shape }] of tensorsOf('first')) {
    const isTaken = data.length === tensors.get(name)!.length;
    assert.deepEqual(tensors.get(name), isTaken ? data : fresh.get(name), `${name} ${shape}`);
    isTaken ? taken++ : drawn++;
  }
  assert.ok(taken > 20 && drawn === 2); // the first layer of G, and of D, which sees the pair
  assert.match(
    said,
    /G begins with the weights of .*but for 1 of \d+ tensors, which start afresh: model\.model\.0\.weight/,
  );
});

test('what is no run, has other networks or fits nowhere is refused', async () => {
  await assert.rejects(begun('--init_from', 'nobody'), /no run to begin with[\s\S]*no such folder/);
  await assert.rejects(
    begun('--init_from', 'first', '--netG', 'resnet_6blocks', '--init_partial', '--ngf', '3'),
    /do not fit G/,
  );
});

test('frozen weights stay as they were, all others learn, and a resumed training is the same', async () => {
  const start = ['--init_from', 'first', '--freeze', 'G.model.model.0.*,D.model.0.weight'];
  const same = ['--load_size', '36', '--crop_size', '32'];
  await trainHere(words('frozen', ...start, ...same));
  const [before, after] = [tensorsOf('first'), tensorsOf('frozen')];
  for (const [name, { data }] of before) {
    const isFrozen = /^G\.model\.model\.0\.|^D\.model\.0\.weight$/.test(name);
    const isEqual = Buffer.from(data.buffer).equals(Buffer.from(after.get(name)!.data.buffer));
    assert.equal(isEqual, isFrozen, name);
  }
  await trainHere(words('cut', ...start, ...same), 4);
  await trainHere(words('cut', '--continue_train'));
  assert.deepEqual(stored(join(folder, 'cut')), stored(join(folder, 'frozen')));
});

test('a pattern that matches nothing, and one that leaves nothing to train, are refused', async () => {
  await assert.rejects(
    begun('--freeze', 'G.model.0.*'),
    /matches no weights[\s\S]*G\.model\.model\.0\.weight/,
  );
  await assert.rejects(begun('--freeze', 'D.*'), /leaves nothing to train in D/);
});
