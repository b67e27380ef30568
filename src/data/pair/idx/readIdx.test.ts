import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sharedData } from '../../../../test/repository.js';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { openIdx } from './idxSource.js';
import { readIdx } from './readIdx.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-idx-'));
after(() => rmSync(folder, { recursive: true }));

function idx(magic: number, extents: readonly number[], pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(4 * (1 + extents.length));
  [magic, ...extents].forEach((number, i) => {
    header.writeUInt32BE(number, 4 * i);
  });
  return Buffer.concat([header, pixels]);
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('images come out as they went in, gzipped or not', () =>
  fc.assert(
    fc.asyncProperty(
      fc.tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 5 }))),
      fc.boolean(),
      fc.nat(255),
      async ([count, height, width], zipped, start) => {
        const pixels = Uint8Array.from({ length: count * height * width }, (_, i) => (start + 7 * i) % 256);
        const bytes = idx(0x803, [count, height, width], pixels);
        const images = await readIdx(write('any', zipped ? gzipSync(bytes) : bytes));
        assert.deepEqual([images.count, images.height, images.width], [count, height, width]);
        assert.deepEqual([...images.data], [...pixels]);
      },
    ),
    { numRuns: 30 },
  ));

const GOOD = idx(0x803, [2, 2, 2], new Uint8Array(8));
for (const [name, bytes, message] of [
  [
    'a file of labels',
    idx(0x801, [8], new Uint8Array(8)),
    /no idx file of images[\s\S]*0x00000801[\s\S]*0x00000803/,
  ],
  ['a picture', Buffer.from('\x89PNG\r\n\x1a\n0123456789', 'latin1'), /no idx file of images/],
  ['a cut file', GOOD.subarray(0, 20), /is cut short[\s\S]*expected +24/],
  ['a cut header', GOOD.subarray(0, 9), /is cut short/],
  ['a longer file', Buffer.concat([GOOD, Buffer.alloc(1)]), /is longer than its header says/],
  ['no images', idx(0x803, [0, 28, 28], new Uint8Array(0)), /holds no images/],
  ['a lying header', idx(0x803, [0xffffffff, 0xffff, 0xffff], new Uint8Array(8)), /is cut short/],
  ['a cut gzip', gzipSync(GOOD).subarray(0, 15), /cannot be read/],
  ['nothing', new Uint8Array(0), /is cut short/],
] as const) {
  test(`${name} is refused by name, with the fix`, async () => {
    const path = write('bad', bytes);
    await assert.rejects(readIdx(path), (error: unknown) => {
      assert.ok(error instanceof Pix2PixError);
      assert.match(error.message, message);
      assert.ok(error.message.includes(path));
      assert.match(error.message, /pix2pix dataset download mnist/);
      return true;
    });
  });
}

test('phases are files of MNIST; where one is missing, the message tells of the other', async () => {
  write('t10k-images-idx3-ubyte.gz', gzipSync(GOOD));
  const source = await openIdx(folder, 'test');
  assert.equal(source.length, 2);
  assert.equal(source.get(1).APaths[0], join(folder, 't10k-images-idx3-ubyte.gz', '00001'));
  await assert.rejects(openIdx(folder, 'train'), /phase 'train'[\s\S]*pass --phase test/);
  await assert.rejects(openIdx(join(folder, 'none'), 'train'), /dataset download mnist/);
});

const mnist = sharedData('mnist/t10k-images-idx3-ubyte.gz');
test("MNIST's own file of test digits", { skip: mnist.skip }, async () => {
  const images = await readIdx(mnist.path);
  assert.deepEqual([images.count, images.height, images.width], [10000, 28, 28]);
  // the mean over the test digits, as is well known: 0.1325 (and 0.1307 over the training digits)
  let sum = 0;
  for (const level of images.data) sum += level;
  assert.ok(Math.abs(sum / images.data.length / 255 - 0.1325) < 1e-4);
});
