import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixture, sharedData } from '../../test/repository.js';
import { bytesOf, type NamedTensors } from '../checkpoints/format/dtype.js';
import { openSafetensors } from '../checkpoints/safetensors.js';
import { toFloats } from './floats.js';
import { OP } from './opcodes.js';
import { pickleStateDict } from './pickleWriter.js';
import { readStateDict } from './readStateDict.js';
import { writeZip } from './zipWriter.js';

/** The content of a file as PyTorch reads it: elements row-major as base64 (test/fixtures/pth.py). */
interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string;
  readonly floats?: string;
}
const expected: Record<string, Record<string, Expected>> = JSON.parse(
  readFileSync(fixture('pth/expected.json'), 'utf8'),
);

const base64 = (data: ArrayBufferView) => Buffer.from(bytesOf(data)).toString('base64');

for (const [file, tensors] of Object.entries(expected)) {
  test(`${file}.pth: names, types, shapes and every bit are PyTorch's`, () => {
    const read = readStateDict(fixture(`pth/${file}.pth`));
    assert.deepEqual([...read.keys()], Object.keys(tensors));
    for (const [name, { dtype, shape, data, floats }] of Object.entries(tensors)) {
      const found = read.get(name)!;
      assert.deepEqual([found.dtype, found.shape, base64(found.data)], [dtype, shape, data], name);
      if (floats !== undefined) assert.equal(base64(toFloats(found)), floats, name);
    }
  });
}

test('tensors that share a storage in the file share memory', () => {
  const read = readStateDict(fixture('pth/zip.pth'));
  const [first, last] = ['shared.first', 'shared.last'].map((name) => read.get(name)!.data as Float32Array);
  assert.equal(first[3], 3);
  first[3] = -1;
  assert.equal(last[0], -1);
});

test('floats of F64 are rounded; integers are refused', () => {
  assert.deepEqual(toFloats({ dtype: 'F64', shape: [1], data: Float64Array.of(0.1) }), Float32Array.of(0.1));
  assert.throws(() => toFloats({ dtype: 'I64', shape: [1], data: BigInt64Array.of(1n) }), RangeError);
});

for (const network of ['G', 'D']) {
  const { path, skip } = sharedData(`reference/pix2pix_default_net_${network}.pth`);
  test(`the reference's own latest_net_${network}.pth holds the weights of its safetensors copy`, {
    skip,
  }, () => {
    const copy = openSafetensors(sharedData('reference/pix2pix_default.safetensors').path);
    try {
      const read = readStateDict(path);
      const prefix = `final.${network}.`;
      const names = [...copy.tensors.keys()].filter((name) => name.startsWith(prefix));
      assert.ok(names.length > 0 && read.size === names.length, `${read.size} of ${names.length}`);
      for (const name of names) {
        assert.deepEqual(read.get(name.slice(prefix.length))!.data, copy.read(name).data, name);
      }
    } finally {
      copy.close();
    }
  });
}

test('a file that is missing, a folder, empty or something else says so', () => {
  const refused = (path: string, reason: RegExp) =>
    assert.throws(() => readStateDict(path), { name: 'Pix2PixError', message: reason });
  refused(fixture('pth/absent.pth'), /cannot open: no such file/);
  refused(fixture('pth'), /not a regular file/);
  refused('/dev/null', /not a regular file/);
  refused(fixture('pth.py'), /does not begin as a file of torch.save/);
});

test('keys that are numbers are named as what is wrong', () => {
  // A name of no bytes and the number 0 take the same five bytes in a pickle.
  const tensors: NamedTensors = new Map([['', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }]]);
  const pickle = pickleStateDict(tensors);
  pickle[pickle.indexOf(Buffer.of(OP.BINUNICODE, 0, 0, 0, 0))] = OP.BININT;
  const folder = mkdtempSync(join(tmpdir(), 'pix2pix-keys-'));
  try {
    const path = join(folder, 'list.pth');
    const parts: Uint8Array[] = [];
    const files = [
      { name: 'archive/data.pkl', bytes: pickle },
      { name: 'archive/byteorder', bytes: Buffer.from('little') },
      { name: 'archive/data/0', bytes: Buffer.alloc(4) },
      { name: 'archive/version', bytes: Buffer.from('3\n') },
    ];
    writeZip(files, (bytes) => parts.push(Buffer.from(bytes)));
    writeFileSync(path, Buffer.concat(parts));
    assert.throws(() => readStateDict(path), /its keys are numbers \(0\), not names of tensors[\s\S]*fix/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
