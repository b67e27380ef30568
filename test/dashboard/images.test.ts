import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { webModule } from '../webModule.js';

// The logic of the images view, without a browser.

type Visuals = typeof import('../../web/dashboard/images/visuals.js');
type Steps = typeof import('../../web/dashboard/images/steps.js');
type Difference = typeof import('../../web/dashboard/images/difference.js');

const { arrangeVisuals, comparedVisuals } = await webModule<Visuals>('dashboard/images/visuals.ts');
const { indexOfPlace, placeOfIndex, stepUpTo, unionOfSteps } =
  await webModule<Steps>('dashboard/images/steps.ts');
const { difference, heat } = await webModule<Difference>('dashboard/images/difference.ts');

const names = (tags: readonly string[]) =>
  arrangeVisuals(tags).map(({ id, rows }) => [id, ...rows.map((row) => row.map(({ label }) => label))]);

test('a pair is shown as input, output, target, whatever the order of its tags', () => {
  const tags = ['visuals/fake_B', 'visuals/real_A', 'visuals/real_B'];
  assert.deepEqual(names(tags), [['visuals', ['input', 'output', 'target']]]);
  assert.deepEqual(names(['v/fake_B_rgb', 'v/real_A', 'v/real_B_rgb']), [
    ['v', ['input', 'output', 'target']],
  ]);
  assert.deepEqual(names(['pred', 'source', 'target']), [['', ['input', 'output', 'target']]]);
});

test('CycleGAN is shown as the reference shows it: a row from each side, through the other and back', () => {
  // cycle_gan_model.py: visual_names_A = [real_A, fake_B, rec_A, idt_B], visual_names_B = [real_B, fake_A, rec_B, idt_A]
  const tags = ['real_A', 'fake_B', 'rec_A', 'idt_B', 'real_B', 'fake_A', 'rec_B', 'idt_A'];
  const [{ rows }] = arrangeVisuals([...tags].sort().map((name) => `visuals/${name}`));
  assert.deepEqual(
    rows.map((row) => row.map(({ name }) => name)),
    [tags.slice(0, 4), tags.slice(4)],
  );
});

test('samples are in the order of their numbers, and no image is lost or shown twice', () => {
  assert.deepEqual(
    arrangeVisuals(['s/10/fake', 's/9/fake']).map(({ id }) => id),
    ['s/9', 's/10'],
  );
  const name = fc.constantFrom(
    'real_A',
    'fake_B',
    'rec_A',
    'idt_A',
    'fake',
    'real',
    'mask',
    'z2',
    'z10',
    'input',
  );
  const tag = fc.tuple(fc.constantFrom('', 'a/', 'a/b/'), name).map(([sample, visual]) => sample + visual);
  fc.assert(
    fc.property(fc.array(tag), (tags) => {
      const shown = arrangeVisuals(tags).flatMap(({ rows }) => rows.flat().map((visual) => visual.tag));
      assert.deepEqual(shown.sort(), [...new Set(tags)].sort());
    }),
  );
});

test('a difference is taken between output and target, or between an image and its way back', () => {
  const pairOf = (...tags: string[]) =>
    comparedVisuals(arrangeVisuals(tags)[0].rows[0])?.map(({ name }) => name);
  assert.deepEqual(pairOf('real_A', 'fake_B', 'real_B'), ['fake_B', 'real_B']);
  assert.deepEqual(pairOf('real_A', 'fake_B', 'rec_A'), ['real_A', 'rec_A']);
  assert.deepEqual(pairOf('fake_B'), undefined);
});

const ascending = fc.uniqueArray(fc.nat(1000), { minLength: 1 }).map((steps) => steps.sort((a, b) => a - b));

test('at a step a run shows the newest that it had by then', () => {
  fc.assert(
    fc.property(ascending, fc.nat(1000), (steps, step) => {
      assert.equal(
        stepUpTo(steps, step),
        steps.findLast((each) => each <= step),
      );
    }),
  );
});

test('the slider keeps its step when images come, and follows them at its end', () => {
  fc.assert(
    fc.property(ascending, ascending, fc.nat(), (steps, more, at) => {
      const index = at % steps.length;
      const place = placeOfIndex(steps, index);
      assert.equal(indexOfPlace(steps, place), index);
      const grown = unionOfSteps([steps, more.map((step) => step + steps.at(-1)!)]);
      const expected = index === steps.length - 1 ? grown.at(-1) : steps[index];
      assert.equal(grown[indexOfPlace(grown, place)], expected);
    }),
  );
  assert.equal(indexOfPlace([], 'newest'), -1);
  assert.equal(indexOfPlace([10, 20], 5), 0, 'a place before the first step is the first');
});

test('a difference is the mean over the colours, and its colour grows lighter with it', () => {
  const rgba = (...values: number[]) => Uint8ClampedArray.from(values);
  const a = rgba(0, 0, 0, 255, 255, 255, 255, 255);
  const b = rgba(0, 0, 0, 255, 255, 225, 195, 0); // the second pixel differs by 0, 30 and 60
  const { mean, pixels } = difference(a, b, 30);
  assert.equal(mean, (0 + 30) / 2);
  assert.deepEqual([...pixels], [...rgba(...heat(0), 255, ...heat(1), 255)]);
  assert.throws(() => difference(a, a.subarray(4), 30), RangeError);
  const light = (share: number) => heat(share).reduce((sum, value) => sum + value);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.99, noNaN: true }), (share) =>
      assert.ok(light(share + 0.01) >= light(share)),
    ),
  );
});
