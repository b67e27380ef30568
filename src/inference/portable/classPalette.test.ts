import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { oneHot } from '../../data/batch/oneHot.js';
import { paletteText } from '../../data/batch/palette.js';
import { NO_CLASS } from '../../data/batch/shownImage.js';
import { ClassPalette } from './classPalette.js';

/** Pixels of these colours. */
const picture = (colours: readonly (readonly number[])[]) =>
  Uint8ClampedArray.from(colours.flatMap((colour) => [...colour, 255]));

/** Palettes in which colours come several times, and formats with and without a number of no class. */
const palettes = fc.record({
  channels: fc.integer({ min: 1, max: 255 }),
  ignored: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
  colours: fc.array(fc.constantFrom(0, 1, 90, 255), { maxLength: 765 }),
});
const text = (colours: readonly number[]) => paletteText(Uint8Array.from(colours));

test('every class has a colour of its own, by which it is known again', () => {
  fc.assert(
    fc.property(palettes, ({ channels, ignored, colours }) => {
      const palette = new ClassPalette({ kind: 'labels', channels, ignored }, text(colours));
      const drawn = palette.brushes.map(({ colour }) => colour);
      assert.equal(new Set(drawn.map(String)).size, drawn.length);
      const labels = [...palette.read(picture(drawn))];
      const numbers = Array.from({ length: channels }, (_, i) => (i === ignored ? NO_CLASS : i));
      if (ignored !== undefined && ignored >= channels) numbers.push(NO_CLASS);
      assert.deepEqual(labels, numbers);
      const [width, height] = [labels.length, 1];
      const { data } = palette.paint(oneHot(Uint8Array.from(labels), { channels, width, height }));
      assert.deepEqual([...data], drawn.flat());
    }),
    { seed: 7 },
  );
});

test('colours are those of the palette, and of PASCAL VOC where it has none', () => {
  const { brushes } = new ClassPalette({ kind: 'labels', channels: 3, ignored: 255 }, '804080,f423e8');
  assert.deepEqual(brushes, [
    { colour: [0x80, 0x40, 0x80], name: 'class 0' },
    { colour: [0xf4, 0x23, 0xe8], name: 'class 1' },
    { colour: [0, 128, 0], name: 'class 2' }, // VOC's class 2: bird
    { colour: [224, 224, 192], name: 'no class' }, // VOC's void
  ]);
});

test('a picture of any other colour is of the nearest class; one in greys may be of their numbers', () => {
  const palette = new ClassPalette(
    { kind: 'labels', channels: 3, ignored: 3 },
    'ff0000,00ff00,0000ff,ffffff',
  );
  assert.deepEqual(
    [
      ...palette.read(
        picture([
          [200, 40, 10],
          [5, 90, 60],
          [0, 0, 254],
        ]),
      ),
    ],
    [0, 1, 2],
  );
  const recoloured = (colours: readonly (readonly number[])[]) => {
    const pixels = picture(colours);
    palette.recolour(pixels);
    return [...palette.read(pixels)];
  };
  const grey = (number: number) => [number, number, number];
  assert.deepEqual(recoloured([0, 2, 1, 3].map(grey)), [0, 2, 1, NO_CLASS]);
  assert.deepEqual(recoloured([grey(4), grey(2)]), [0, 0], 'numbers that are of no class are colours');
  assert.deepEqual(
    recoloured([
      [254, 0, 0],
      [0, 0, 250],
    ]),
    [0, 2],
  );
  const ownGreys = new ClassPalette({ kind: 'labels', channels: 2 }, '010101,000000');
  const pixels = picture([grey(1), grey(0)]);
  ownGreys.recolour(pixels);
  assert.deepEqual([...ownGreys.read(pixels)], [0, 1], 'its own colours are not taken for numbers');
});
