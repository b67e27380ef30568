import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { arrayTypes, bytesOf, type DType, type StoredTensor } from './format/dtype.js';
import { openSafetensors, readSafetensors, writeSafetensors } from './safetensors.js';

const directory = mkdtempSync(join(tmpdir(), 'safetensors-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'file.safetensors');

const anyTensor: fc.Arbitrary<StoredTensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(arrayTypes) as DType[])),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
    seed: fc.integer(),
  })
  .map(({ dtype, shape, seed }) => {
    const data = new arrayTypes[dtype](shape.reduce((a, b) => a * b, 1));
    bytesOf(data).forEach((_, i, bytes) => {
      bytes[i] = Math.imul(seed + i, 2654435761) >>> 24;
    });
    return { dtype, shape, data } as StoredTensor;
  });
const anyName = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', 'constructor', 'model.0.weight', 'ü"\\\n'),
);

test('random tensors come back bit for bit, with names, order of types and metadata', () => {
  const anyFile = fc.record({
    tensors: fc.uniqueArray(fc.tuple(anyName, anyTensor), { selector: ([name]) => name, maxLength: 6 }),
    metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  });
  fc.assert(
    fc.property(anyFile, ({ tensors, metadata }) => {
      const written = writeSafetensors(path, new Map(tensors), metadata);
      const bytes = readFileSync(path);
      assert.equal(written.bytes, bytes.byteLength);
      assert.equal(written.sha256, createHash('sha256').update(bytes).digest('hex'));
      const read = readSafetensors(path);
      assert.equal(read.tensors.size, tensors.length);
      for (const [name, tensor] of tensors) {
        const back = read.tensors.get(name)!;
        assert.deepEqual([back.dtype, back.shape], [tensor.dtype, tensor.shape]);
        assert.equal(Buffer.compare(bytesOf(back.data), bytesOf(tensor.data)), 0);
      }
      assert.deepEqual(new Map(read.metadata), new Map(Object.entries(metadata)));
    }),
    { numRuns: 40 },
  );
});

test('a tensor is read into its place in an arena, also a shared one, and nowhere else', () => {
  const source = new Float32Array(new SharedArrayBuffer(24)).fill(7);
  const data = source.subarray(1, 4); // a view: only its own bytes are written
  writeSafetensors(path, new Map([['w', { dtype: 'F32', shape: [3], data }]]));
  const arena = new Float32Array(new SharedArrayBuffer(20));
  const file = openSafetensors(path);
  file.readInto('w', arena.subarray(1, 4));
  assert.deepEqual([...arena], [0, 7, 7, 7, 0]);
  assert.throws(
    () => file.readInto('w', arena),
    /another type or size[\s\S]*F32\[3\][\s\S]*Float32Array of 5/,
  );
  assert.throws(() => file.readInto('w', new Int32Array(3)), /another type or size/);
  assert.throws(() => file.readInto('v', arena), /no tensor v/);
  truncateSync(path, file.bytes - 1); // while it is open
  assert.throws(() => file.readInto('w', arena.subarray(1, 4)), /cut off while it was read/);
  file.close();
});

test('data that do not fit their shape or type are refused when written', () => {
  const data = new Float32Array(4);
  for (const tensor of [
    { dtype: 'F32', shape: [5], data },
    { dtype: 'I32', shape: [4], data },
    { dtype: 'F32', shape: [-2, -2], data },
  ]) {
    const tensors = new Map([['w', tensor as StoredTensor]]);
    assert.throws(() => writeSafetensors(path, tensors), RangeError);
  }
});

/** A file with this header text and this many bytes of data. */
function craft(json: string | Uint8Array, dataBytes = 0, headerBytes?: bigint): void {
  const text = Buffer.from(json);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(headerBytes ?? BigInt(text.byteLength));
  writeFileSync(path, Buffer.concat([size, text, Buffer.alloc(dataBytes)]));
}

const F32 = (shape: string, range: string) => `{"dtype":"F32","shape":${shape},"data_offsets":${range}}`;

test('hostile files are refused with what is wrong and the file named', () => {
  const hostile: [problem: RegExp, json: string | Uint8Array, dataBytes?: number, headerBytes?: bigint][] = [
    [/header is too large/, '{}', 0, 2n ** 64n - 1n],
    [/header is too large/, '{}', 0, 100_000_001n],
    [/longer than the file/, '{}', 0, 3n],
    [/no valid JSON/, ''],
    [/no valid JSON/, '{"a":'],
    [/no valid JSON/, '{} x'],
    [/no valid JSON/, '\ufeff{}'],
    [/no valid JSON/, Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    [/no valid JSON/, `${'['.repeat(100_000)}`],
    [/more than \d+ values/, `{"a":[${'0,'.repeat(2_000_000)}0]}`],
    [/no JSON object/, '[]'],
    [/duplicate key "a"/, `{"a":${F32('[1]', '[0,4]')},"a":${F32('[1]', '[0,4]')}}`, 4],
    [/duplicate key "dtype"/, '{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4],
    [/duplicate key "a"/, `{"a":${F32('[1]', '[0,4]')},"\\u0061":${F32('[1]', '[4,8]')}}`, 8],
    [/__metadata__ is no object/, '{"__metadata__":[]}'],
    [/other than text/, '{"__metadata__":{"a":1}}'],
    [/not described by an object/, '{"a":1}'],
    [/unknown dtype[\s\S]*"F31"[\s\S]*F32/, '{"a":{"dtype":"F31","shape":[],"data_offsets":[0,4]}}', 4],
    [/unknown dtype/, '{"a":{"dtype":"toString","shape":[],"data_offsets":[0,4]}}', 4],
    [/unknown dtype/, '{"a":{"shape":[],"data_offsets":[0,4]}}', 4],
    [/shape is no list/, `{"a":${F32('[-1]', '[0,4]')}}`, 4],
    [/shape is no list/, `{"a":${F32('[1.5]', '[0,6]')}}`, 6],
    [/shape is no list/, `{"a":${F32('"1"', '[0,4]')}}`, 4],
    [/shape is no list/, `{"a":${F32(`[${Array(17).fill(1)}]`, '[0,4]')}}`, 4],
    [/no range/, `{"a":${F32('[1]', '[4,0]')}}`, 4],
    [/no range/, `{"a":${F32('[1]', '[0,4,8]')}}`, 4],
    [/no range/, `{"a":${F32('[1]', '[0,18446744073709551615]')}}`, 4],
    [/does not fit its shape/, `{"a":${F32('[2]', '[0,4]')}}`, 4],
    [/does not fit its shape/, `{"a":${F32('[4294967296,4294967296,4294967296]', '[0,0]')}}`],
    [/does not fit its shape/, `{"a":${F32('[9007199254740991,2]', '[0,4]')}}`, 4],
    [/overlaps/, `{"a":${F32('[1]', '[0,4]')},"b":${F32('[1]', '[2,6]')}}`, 6],
    [/overlaps/, `{"a":${F32('[1]', '[0,4]')},"b":${F32('[1]', '[0,4]')}}`, 4],
    [/a hole/, `{"a":${F32('[1]', '[4,8]')}}`, 8],
    [/a hole/, `{"a":${F32('[1]', '[0,4]')},"b":${F32('[1]', '[8,12]')}}`, 12],
    [/cut off/, `{"a":${F32('[2]', '[0,8]')}}`, 7],
    [/belong to no tensor/, `{"a":${F32('[2]', '[0,8]')}}`, 9],
  ];
  for (const [problem, json, dataBytes, headerBytes] of hostile) {
    craft(json, dataBytes, headerBytes);
    assert.throws(
      () => openSafetensors(path),
      (error) => {
        assert.ok(error instanceof Pix2PixError, `${problem}: ${error}`);
        assert.match(error.message, problem);
        assert.ok(error.message.includes(path) && error.fix !== undefined);
        return true;
      },
      String(problem),
    );
  }
  writeFileSync(path, '1234567');
  assert.throws(() => openSafetensors(path), /shorter than 8 bytes/);
  assert.throws(() => openSafetensors(directory), /not a regular file/);
  assert.throws(() => openSafetensors(join(directory, 'absent')), /no such file/);
});

test('odd but valid files are read: any order, padding, empty tensors, names of prototype members', () => {
  const names = `"b":${F32('[1]', '[4,8]')},"__proto__":${F32('[]', '[0,4]')},"none":${F32('[0,3]', '[4,4]')}`;
  craft(`{ "__metadata__" : {"__proto__":"x"} , ${names} }   `, 8);
  const file = openSafetensors(path);
  file.close();
  assert.deepEqual([...file.tensors.keys()], ['b', '__proto__', 'none']);
  assert.equal(file.metadata.get('__proto__'), 'x');
  assert.equal(({} as { x?: unknown }).x, undefined);
});

const python = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const hasLibrary = spawnSync(python, ['-c', 'import safetensors.numpy']).status === 0;

test("the format's own library reads ours, and ours reads its files", {
  skip: !hasLibrary && 'no python3 with safetensors',
}, () => {
  const tensors = new Map<string, StoredTensor>([
    ['u8', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ['half', { dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }], // 1, -2
    ['w', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1.5, -2, 3, 0.1) }],
    ['steps', { dtype: 'I64', shape: [], data: BigInt64Array.of(-5n) }],
  ]);
  writeSafetensors(path, tensors, { note: 'ü' });
  const back = join(directory, 'back.safetensors');
  const script = `
import sys, json, numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file
with safe_open(sys.argv[1], 'np') as f:
    read = {k: f.get_tensor(k) for k in f.keys()}
    print(json.dumps({'note': f.metadata()['note'], **{k: [str(v.dtype), list(v.shape), v.tolist()] for k, v in read.items()}}))
save_file({'twice': read['w'] * 2, 'flags': np.array([True, False]), 'f64': np.array(0.1), **read}, sys.argv[2], {'by': 'python'})`;
  const run = spawnSync(python, ['-c', script, path, back], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  assert.deepEqual(JSON.parse(run.stdout), {
    note: 'ü',
    u8: ['uint8', [3], [1, 2, 3]],
    half: ['float16', [2], [1, -2]],
    w: [
      'float32',
      [2, 2],
      [
        [1.5, -2],
        [3, Math.fround(0.1)],
      ],
    ],
    steps: ['int64', [], -5],
  });
  const read = readSafetensors(back);
  assert.equal(read.metadata.get('by'), 'python');
  assert.deepEqual(read.tensors.get('twice'), {
    dtype: 'F32',
    shape: [2, 2],
    data: Float32Array.of(3, -4, 6, 0.2),
  });
  assert.deepEqual(read.tensors.get('flags'), { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) });
  assert.deepEqual(read.tensors.get('f64'), { dtype: 'F64', shape: [], data: Float64Array.of(0.1) });
  for (const [name, tensor] of tensors) assert.deepEqual(read.tensors.get(name), tensor);
});

const reference = join(import.meta.dirname, '../../../../shared/data/reference/pix2pix_default.safetensors');

test('the recorded run of the reference implementation is read', {
  skip: !existsSync(reference) && 'no ../shared/data/reference',
}, () => {
  const { tensors, metadata } = readSafetensors(reference);
  assert.equal(metadata.get('model'), 'pix2pix');
  assert.equal(JSON.parse(metadata.get('losses')!).length, 3);
  const weight = tensors.get('init.G.model.model.0.weight')!;
  assert.deepEqual([weight.dtype, weight.shape], ['F32', [4, 3, 4, 4]]);
  const values = [...(weight.data as Float32Array)]; // drawn from N(0, 0.02), as the reference initialises
  assert.ok(Math.abs(Math.sqrt(values.reduce((a, x) => a + x * x, 0) / values.length) - 0.02) < 0.004);
  const tracked = tensors.get('final.D.model.3.num_batches_tracked')!;
  assert.deepEqual([tracked.dtype, [...(tracked.data as BigInt64Array)]], ['I64', [9n]]); // three passes a step
});
