/**
 * Files with false claims, and random bytes: each is refused with its reason, none makes a reader allocate much memory
 * or crash.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fixture } from '../../test/repository.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { readStateDict } from './readStateDict.js';
import { writeZip } from './zipWriter.js';

const reasons: Record<string, string> = JSON.parse(readFileSync(fixture('hostile/reasons.json'), 'utf8'));

for (const [name, reason] of Object.entries(reasons)) {
  test(`${name}.pth is refused: ${reason}`, () => {
    const path = fixture(`hostile/${name}.pth`);
    const before = process.memoryUsage().arrayBuffers;
    assert.throws(
      () => readStateDict(path),
      (error) => {
        assert.ok(error instanceof Pix2PixError, String(error));
        assert.match(error.summary, /^not a valid state dict of PyTorch: /);
        assert.match(error.message, new RegExp(reason));
        assert.ok(error.message.includes(path) && error.message.length < 2000, error.message);
        return true;
      },
    );
    const taken = process.memoryUsage().arrayBuffers - before;
    assert.ok(taken < 1 << 20, `${taken} bytes`);
  });
}

test('every hostile file has its reason, and none has run its code', () => {
  const files = readdirSync(fixture('hostile')).filter((name) => name.endsWith('.pth'));
  assert.deepEqual(files.map((name) => name.replace(/\.pth$/, '')).sort(), Object.keys(reasons).sort());
  assert.ok(!readdirSync('.').includes('HOSTILE_CODE_RAN'));
});

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Reads the bytes as a file: tensors of no more than 64 MiB, or a Pix2PixError. Anything else fails the test. */
function readSafely(bytes: Uint8Array): void {
  const path = join(folder, 'random.pth');
  writeFileSync(path, bytes);
  try {
    const sizes = [...readStateDict(path).values()].map(({ data }) => data.byteLength);
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 64 << 20);
  } catch (error) {
    if (!(error instanceof Pix2PixError)) throw error;
  }
}

/** The archive around a pickle, with checksums that are right, so that the pickle is really read. */
function archiveOf(pickle: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  const files = [
    { name: 'archive/data.pkl', bytes: pickle },
    { name: 'archive/data/0', bytes: new Uint8Array(16) },
  ];
  writeZip(files, (bytes) => chunks.push(bytes));
  return Buffer.concat(chunks);
}

/** Some bytes replaced, and perhaps the end cut off. */
const damage = fc.record({
  changes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 4 }),
  keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(whole: Uint8Array, { changes, keep }: Damage): Uint8Array {
  const bytes = Uint8Array.from(whole);
  for (const [place, value] of changes) bytes[Math.floor(place * (bytes.length - 1))] = value;
  return bytes.subarray(0, Math.ceil(keep * bytes.length));
}

for (const name of ['zip', 'legacy', 'python2']) {
  const whole = readFileSync(fixture(`pth/${name}.pth`));
  test(`${name}.pth with bytes changed or cut off: tensors or a reason`, () => {
    fc.assert(
      fc.property(damage, (how) => readSafely(damaged(whole, how))),
      { numRuns: 300 },
    );
  });
}

test('a pickle with bytes changed, in a sound archive: tensors or a reason', () => {
  const file = readFileSync(fixture('pth/zip.pth'));
  const start = file.indexOf(Buffer.from([0x80, 2, 0x63]));
  const pickle = file.subarray(start, file.indexOf(Buffer.from('PK'), start));
  fc.assert(
    fc.property(damage, (how) => readSafely(archiveOf(damaged(pickle, how)))),
    { numRuns: 500 },
  );
});

test('opcodes at random, and bytes at random: tensors or a reason', () => {
  const pieces = [
    ...['(', ')', ']', '}', 't', 'R', 'Q', 's', 'u', 'e', 'a', 'b', 'N', '\x85', '\x86', '\x87', '.'],
    ...['ccollections\nOrderedDict\n', 'ctorch._utils\n_rebuild_tensor_v2\n', 'ctorch\nFloatStorage\n'],
    ...['U\x07storage', 'U\x010', 'U\x03cpu', 'K\x04', 'K\x00', 'J\xff\xff\xff\xff', 'q\x00', 'h\x00'],
  ];
  const program = fc
    .array(fc.constantFrom(...pieces), { maxLength: 60 })
    .map((chosen) => archiveOf(Buffer.from(`\x80\x02${chosen.join('')}.`, 'latin1')));
  fc.assert(fc.property(fc.oneof(program, fc.uint8Array({ maxLength: 500 })), readSafely), { numRuns: 1000 });
});
