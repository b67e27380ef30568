import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { GeneratorInfo } from './generatorInfo.js';
import { type Engine, TensorTranslator } from './tensorTranslator.js';

// What programs do with a generator, beside an engine that gives back what it is given, when it is told to.

const info: GeneratorInfo = {
  ...{ name: 'net', inputNc: 3, outputNc: 3, unit: 4, normMode: 'batch', precision: 'fp32' },
  ...{ boundary: 'uint8', options: {}, version: '0', commit: 'unknown' },
};

/** `finish` ends the run that goes on. */
function watched() {
  const ran: number[] = [];
  let disposals = 0;
  let finish = () => {};
  let started = () => {};
  const begun = new Promise<void>((resolve) => {
    started = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const engine: Engine = {
    async run(images) {
      ran.push(images.data[0]);
      started();
      await gate;
      return images;
    },
    async dispose() {
      assert.equal(++disposals, 1, 'the engine is freed once'); // ONNX Runtime refuses the second time
    },
  };
  const translator = new TensorTranslator(info, { uint8: async () => engine, float: async () => engine });
  return { translator, ran, begun, finish, disposals: () => disposals };
}

const image = (value: number): ImageBatch => ({ data: new Uint8Array(48).fill(value), shape: [1, 4, 4, 3] });

test('dispose waits for what is under way, also for what is still decoding, and once for all who ask', async () => {
  const { translator, finish, disposals } = watched();
  let decoded = (_: ImageBatch) => {};
  const decoding = new Promise<ImageBatch>((resolve) => {
    decoded = resolve;
  });
  const translation = translator.translate(decoding);
  const ends = [translator.dispose(), translator.dispose()];
  await assert.rejects(translator.translate(image(2)), /^Pix2PixError: the generator net has been disposed/);
  decoded(image(1));
  finish();
  assert.equal((await translation).data[0], 1);
  await Promise.all(ends);
  await translator.dispose();
  assert.equal(disposals(), 1);
});

test('a file that cannot be decoded fails alone, and is no unhandled rejection while it waits', async () => {
  const { translator, begun, finish } = watched();
  const first = translator.translate(image(1));
  const broken = translator.translate(Promise.reject<ImageBatch>(new Error('broken')));
  const last = translator.translate(image(3));
  await begun;
  await new Promise((resolve) => setImmediate(resolve)); // when Node looks for rejections that nobody heeds
  finish();
  await assert.rejects(broken, /broken/);
  assert.deepEqual([(await first).data[0], (await last).data[0]], [1, 3]);
});

test('a translation that waits does not begin once its signal is aborted', async () => {
  const { translator, ran, begun, finish } = watched();
  const caller = new AbortController();
  const first = translator.translate(image(1), { signal: caller.signal });
  const second = translator.translate(image(2), { signal: caller.signal });
  const third = translator.translate(image(3));
  await begun;
  caller.abort(new Error('the client has gone'));
  finish();
  await assert.rejects(second, /the client has gone/);
  assert.deepEqual([(await first).data[0], (await third).data[0]], [1, 3]);
  assert.deepEqual(ran, [1, 3]);
});

test('what is no image is refused in words, whatever it is', async () => {
  const { translator, finish, ran } = watched();
  finish();
  const refused = (given: unknown) => assert.rejects(translator.translate(given as ImageBatch), Pix2PixError);
  const shape = [1, 4, 4, 3];
  const message = async (given: unknown) =>
    translator.translate(given as ImageBatch).catch(({ message }) => message);
  assert.match(await message(undefined), /^this is no image .*\n {2}given {2}undefined\n/);
  assert.match(await message(new Blob([])), /given {2}Blob\n/);
  assert.match(await message(new ArrayBuffer(48)), /given {2}ArrayBuffer\n {2}fix .*bytes as a Uint8Array/);
  assert.match(
    await message({ data: new Float64Array(48), shape }),
    /\{ data: Float64Array, shape: Array \}/,
  );
  assert.match(await message({ data: new Uint8ClampedArray(48), shape }), /data: Uint8ClampedArray/);
  assert.match(await message({ data: Buffer.alloc(48), info: {} }), /\{ data: Buffer, info: Object \}/);
  await fc.assert(fc.asyncProperty(fc.anything({ withNullPrototype: true }), refused), { numRuns: 200 });
  assert.deepEqual(ran, []);
});

test('sizes of tiles that are none are refused', async () => {
  const { translator, finish } = watched();
  finish();
  for (const wrong of [{ tile: Number.NaN }, { tile: 0 }, { tile: 4.5 }, { tile: 4, overlap: -1 }])
    await assert.rejects(
      translator.translate(image(1), wrong),
      /^Pix2PixError: tiles and their overlap are whole/,
    );
  assert.equal((await translator.translate(image(1), { tile: 4, overlap: 0 })).data[0], 1);
});
