import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { fixture } from '../../../test/repository.js';
import { encodePng } from './encodePng.js';

interface Stretched {
  readonly ratio: number;
  readonly size: readonly [number, number];
  readonly rgb: string;
}
const { stretched } = JSON.parse(readFileSync(fixture('images/expected.json'), 'utf8'));

for (const { ratio, size, rgb } of stretched as Stretched[]) {
  test(`a picture of the aspect ratio ${ratio} lies where PIL's BICUBIC has it`, async () => {
    const photo = sharp(fixture('images/photo.png'));
    const { data, info } = await photo.raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    for (const channels of [3, 1]) {
      const shown = channels === 3 ? data : data.filter((_, i) => i % 3 === 0); // red as grey
      const shape = [1, height, width, channels] as const;
      const png = await encodePng({ data: shown, shape }, 0, { aspectRatio: ratio });
      assert.equal((await sharp(png).metadata()).channels, channels);
      const ours = await sharp(png)
        .toColourspace(channels === 3 ? 'srgb' : 'b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      assert.deepEqual([ours.info.width, ours.info.height], size);
      const all = inflateSync(Buffer.from(rgb, 'base64'));
      const want = channels === 3 ? all : all.filter((_, i) => i % 3 === 0);
      const mean = want.reduce((sum, byte, i) => sum + Math.abs(byte - ours.data[i]), 0) / want.length;
      assert.ok(mean < 0.7, `mean ${mean}: half a pixel would be above 8`); // as of transform.test.ts
    }
  });
}
