/** Event files of the writers that people use, against what TensorBoard reads in them: test/fixtures/events/make.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixture } from '../../../test/repository.js';
import { readImage } from './readImage.js';
import { openRuns } from './runIndex.js';

const folder = fixture('events');

interface Expected {
  readonly runs: Readonly<
    Record<
      string,
      {
        readonly scalars: Readonly<Record<string, readonly [number, number][]>>;
        readonly images: Readonly<Record<string, readonly [number, number, number][]>>;
      }
    >
  >;
}

const { runs }: Expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
const index = await openRuns(folder);

for (const [id, { scalars, images }] of Object.entries(runs)) {
  test(`${id}: the same scalars and images as TensorBoard`, async () => {
    const summary = index.list().find((run) => run.id === id)!;
    assert.deepEqual(summary.problems, []);
    assert.equal(summary.isForeign, true);
    assert.deepEqual(summary.scalars, Object.keys(scalars).sort());
    for (const [tag, points] of Object.entries(scalars)) {
      const [series] = await index.series({ runs: [id], tags: [tag] });
      assert.deepEqual(
        series.steps.map((step, i) => [step, series.values[i]]),
        points,
        tag,
      );
    }
    assert.deepEqual(summary.images, Object.keys(images).sort());
    for (const [tag, [[step, width, height]]] of Object.entries(images)) {
      assert.deepEqual(
        index.detail(id)!.imageSteps.find((each) => each.tag === tag),
        { tag, steps: [step], width, height },
      );
      const image = await readImage(index.run(id)!, tag, step);
      assert.equal(image?.mediaType, 'image/png');
    }
  });
}

test('text that PyTorch wrote is there', () => {
  const note = index.detail('torch_run')!.texts.find(({ tag }) => tag.startsWith('note'));
  assert.equal(note?.text, 'one **two** ü');
});

test('what PyTorch’s add_hparams wrote are the options of the run', () => {
  const { options } = index.list().find(({ id }) => id === 'torch_run')!;
  assert.deepEqual(options, { lr: 0.0002, netG: 'unet_256', flip: 1 }); // PyTorch 1.13 writes a truth as a number
});
