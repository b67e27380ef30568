import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fixture } from '../../test/repository.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { detectGenerator } from './detectGenerator.js';
import { toGenerator } from './pictGenerator.js';
import { readPict } from './readPict.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-pict-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const port = fixture('pict/port.pict');
const expected = JSON.parse(readFileSync(fixture('pict/expected.json'), 'utf8'));

test('weights of the port come under our names, channels first', () => {
  const state = toGenerator(readPict(port));
  const { shape, data } = state.get('model.model.1.model.1.weight')!;
  assert.deepEqual(shape, [4, 2, 4, 4]);
  assert.equal(data[((3 * 2 + 0) * 4 + 1) * 4 + 2], expected['encoder_2[1,2,0,3]']);
  assert.deepEqual(detectGenerator(state), {
    netG: 'tf_unet_256',
    ngf: expected.ngf,
    inputNc: expected.input_nc,
    outputNc: expected.output_nc,
    norm: 'batch',
    useDropout: false,
  });
});

test('moving averages, which the exporter writes and nothing uses, may be there or not', () => {
  const tensors = readPict(port);
  const averages = [...tensors.keys()].filter((name) => name.includes('/moving_'));
  assert.equal(averages.length, 2 * 14); // mean and variance, of 7 norms on the way down and 7 on the way up
  const state = toGenerator(tensors);
  for (const name of averages) tensors.delete(name);
  assert.deepEqual(toGenerator(tensors), state);
});

test('a checkpoint from before the program used tf.layers has other names and no biases', () => {
  const state = toGenerator(readPict(port));
  const old = toGenerator(readPict(fixture('pict/before_layers.pict')));
  assert.deepEqual([...old.keys()].sort(), [...state.keys()].sort());
  // The bias of a norm is its shift; that of a convolution has a kernel of four axes beside it.
  const isBias = (name: string) =>
    name.endsWith('.bias') && state.get(name.replace(/bias$/, 'weight'))!.shape.length === 4;
  for (const [name, { shape, data }] of state) {
    assert.deepEqual(old.get(name)!.shape, shape, name);
    assert.deepEqual(old.get(name)!.data, isBias(name) ? new Float32Array(data.length) : data, name);
  }
});

/** A web model of these parts. */
function pict(json: string, values: readonly number[], weights: readonly number[]): string {
  const parts = [Buffer.from(json), Buffer.from(Float32Array.from(values).buffer), Buffer.from(weights)];
  const lengths = parts.map((part) => Buffer.of(0, 0, part.length >> 8, part.length & 255));
  const path = join(folder, 'made.pict');
  writeFileSync(path, Buffer.concat(parts.flatMap((part, i) => [lengths[i], part])));
  return path;
}

const one = '[{"name": "a", "shape": [2]}]';

test('bytes are places in the table', () => {
  const { dtype, shape, data } = readPict(pict(one, [0.5, -1, 7], [2, 0])).get('a')!;
  assert.deepEqual([dtype, shape, [...data]], ['F32', [2], [7, 0.5]]);
});

for (const [what, path, reason] of [
  ['a weight outside the table', () => pict(one, [1], [0, 1]), /outside the table/],
  ['too few weights', () => pict(one, [1], [0]), /shapes do not fit its weights/],
  ['a huge tensor', () => pict('[{"name": "a", "shape": [4000000000]}]', [1], [0]), /do not fit its weights/],
  ['a negative size', () => pict('[{"name": "a", "shape": [-2]}]', [1], [0]), /no name or no shape/],
  [
    'a name twice',
    () => pict(`[${one.slice(1, -1)}, ${one.slice(1, -1)}]`, [1], [0, 0, 0, 0]),
    /occurs twice/,
  ],
  ['no list', () => pict('{"a": 1}', [1], []), /no list/],
  ['no JSON', () => pict('[{', [1], []), /no valid JSON/],
  ['too many values', () => pict(one, new Array(257).fill(0), [0, 0]), /at most 256/],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => readPict(path()), { name: 'Pix2PixError', message: reason });
  });
}

test('another network than the port’s is refused with what is missing', () => {
  const tensors = readPict(port);
  tensors.delete('generator/decoder_8/conv2d_transpose/kernel');
  assert.throws(() => toGenerator(tensors), { message: /expected +decoder_8\/conv2d_transpose\/kernel/ });
  const more = readPict(port).set('generator/x', { dtype: 'F32', shape: [0], data: new Float32Array() });
  assert.throws(() => toGenerator(more), { message: /not generator\/x/ });
});

test('bytes changed or cut off: tensors or a reason', () => {
  const whole = readFileSync(port);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  const early = fc.tuple(fc.nat(3000), fc.nat(255));
  fc.assert(
    fc.property(fc.array(fc.oneof(change, early), { maxLength: 4 }), fc.nat(whole.length), (changes, cut) => {
      const bytes = Uint8Array.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      const path = join(folder, 'random.pict');
      writeFileSync(path, bytes.subarray(0, cut % 2 === 0 ? bytes.length : cut));
      try {
        toGenerator(readPict(path));
      } catch (error) {
        if (!(error instanceof Pix2PixError)) throw error;
      }
    }),
    { numRuns: 200 },
  );
});
