import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fixture } from '../../test/repository.js';
import type { NamedTensors, StoredTensor } from '../checkpoints/format/dtype.js';
import { readStateDict } from './readStateDict.js';
import { writeStateDict } from './writeStateDict.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-pth-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const python = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const hasTorch = spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
const skip = !hasTorch && `no PyTorch in ${python} (name one by PIX2PIX_TEST_PYTHON)`;

/** Loads our file, without pickle's dangers and mapped into memory, and compares it with PyTorch's own, bit by bit. */
const COMPARE = `
import inspect, sys, torch, zipfile
ours, theirs = sys.argv[1:]
assert zipfile.ZipFile(ours).testzip() is None
b = torch.load(theirs, weights_only=True)
ways = [{}]
if 'mmap' in inspect.signature(torch.load).parameters: # PyTorch 2.1 and later
    ways.append({'mmap': True})
for way in ways:
    a = torch.load(ours, weights_only=True, **way)
    assert type(a) is type(b), type(a)
    assert list(a) == list(b)
    for key in b:
        assert a[key].dtype == b[key].dtype and a[key].shape == b[key].shape, key
        assert a[key].is_contiguous(), key
        bits = [x[key].contiguous().flatten().view(torch.uint8) for x in (a, b)]
        assert torch.equal(*bits), key
print('same')
`;

for (const name of ['zip', 'instance_of_0.3']) {
  test(`PyTorch reads what we write of ${name}.pth, bit for bit`, { skip }, () => {
    const [ours, theirs] = [join(folder, `${name}.pth`), fixture(`pth/${name}.pth`)];
    writeStateDict(ours, readStateDict(theirs));
    const { stdout, stderr } = spawnSync(python, ['-c', COMPARE, ours, theirs], { encoding: 'utf8' });
    assert.equal(stdout.trim(), 'same', stderr);
  });
}

test('a network of PyTorch takes ours with load_state_dict', { skip }, () => {
  const path = join(folder, 'norm.pth');
  const floats = (...values: number[]): StoredTensor => {
    return { dtype: 'F32', shape: [2], data: Float32Array.of(...values) };
  };
  const state = new Map<string, StoredTensor>([
    ['weight', floats(1, 2)],
    ['bias', floats(3, 4)],
    ['running_mean', floats(5, 6)],
    ['running_var', floats(7, 8)],
    ['num_batches_tracked', { dtype: 'I64', shape: [], data: BigInt64Array.of(9n) }],
  ]);
  writeStateDict(path, state);
  const load = `import sys, torch
net = torch.nn.BatchNorm2d(2); print(net.load_state_dict(torch.load(sys.argv[1])))
print([x.tolist() for x in net.state_dict().values()])`;
  const { stdout, stderr } = spawnSync(python, ['-c', load, path], { encoding: 'utf8' });
  const values = '[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0], 9]';
  assert.equal(stdout, `<All keys matched successfully>\n${values}\n`, stderr);
});

test('bytes lie at multiples of 64 and come back as they were', () => {
  const path = join(folder, 'own.pth');
  const data = Float32Array.from({ length: 100 }, (_, i) => i + 0.5);
  writeStateDict(path, new Map([['a', { dtype: 'F32', shape: [4, 25], data }]]));
  assert.deepEqual(readStateDict(path).get('a'), { dtype: 'F32', shape: [4, 25], data });
  assert.equal(readFileSync(path).indexOf(Buffer.from(data.buffer)) % 64, 0);
});

test('a file that cannot be written leaves the old one as it was', () => {
  const path = join(folder, 'old.pth');
  writeFileSync(path, 'old');
  const wrong: NamedTensors = new Map([['a', { dtype: 'F32', shape: [3], data: new Float32Array(2) }]]);
  assert.throws(() => writeStateDict(path, wrong), /F32\[3\] does not fit its data, Float32Array of 2/);
  const foreign: NamedTensors = new Map([['a', { dtype: 'U32', shape: [1], data: new Uint32Array(1) }]]);
  assert.throws(() => writeStateDict(path, foreign), /no storage of U32/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  const below = join(path, 'a.pth');
  assert.throws(() => writeStateDict(below, new Map()), { name: 'Pix2PixError' });
});
