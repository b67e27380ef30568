import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { MachineError } from '../../base/errors/machineError.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { Refused } from '../../base/http/refused.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { DeepImage } from '../../data/decode/deepImage.js';
import { ImageTranslation } from './imageTranslation.js';
import type { TranslationQueue } from './translationQueue.js';

const never = new AbortController().signal;

/** Gives images back as they are, and counts them. */
class EchoQueue {
  translated = 0;

  async translate(_: string, { data, width, height }: DeepImage): Promise<ImageBatch> {
    this.translated++;
    return { data: data as Uint8Array<ArrayBuffer>, shape: [1, height, width, 3] };
  }
}

async function translate(
  sides: readonly number[],
  mostPixels: number,
  mostOfRequest: number,
  queue = new EchoQueue(),
) {
  const images = await Promise.all(
    sides.map((side) =>
      sharp({ create: { width: side, height: side, channels: 3, background: '#123' } })
        .png()
        .toBuffer(),
    ),
  );
  const translation = new ImageTranslation(queue as unknown as TranslationQueue, mostPixels, mostOfRequest);
  const request = { model: 'm', format: 'png', quality: 95, images } as const;
  return { queue, files: await translation.translate('m', request, never) };
}

test('the pixels of one request are bounded, whatever the bytes: its translations are held together', async () => {
  const { files } = await translate([10, 10, 10], 100, 300);
  assert.deepEqual(
    files.map(({ width, height }) => [width, height]),
    [
      [10, 10],
      [10, 10],
      [10, 10],
    ],
  );
  await assert.rejects(translate([10, 10, 10, 1], 100, 300), (error: Refused) => {
    assert.equal(error.status, 413);
    return /^images\[\d\]: with it the request has more than 300 pixels in all$/.test(error.message);
  });
});

test('an image that is not too large by itself is always taken', async () => {
  const { queue } = await translate([20], 400, 300);
  assert.equal(queue.translated, 1);
  await assert.rejects(translate([21], 400, 300), (error: Refused) => error.status === 413);
});

test('an image that the model does not take is refused with 422; what the machine lacks is no fault of the image', async () => {
  const failing = (failure: Error) =>
    translate([2], 100, 100, Object.assign(new EchoQueue(), { translate: () => Promise.reject(failure) }));
  const larger = new Pix2PixError('the image is larger than what this file was exported for', {}, 'scale it');
  await assert.rejects(failing(larger), (error: Refused) => {
    assert.deepEqual([error.status, error.message, error.fix], [422, larger.summary, 'scale it']);
    return true;
  });
  const lack = new MachineError('there is not enough memory', {}, 'free some', true);
  await assert.rejects(failing(lack), lack);
});
