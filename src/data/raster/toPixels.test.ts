import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planar } from '../batch/planes.js';
import { NO_CLASS } from '../batch/shownImage.js';
import type { LabelsFormat, ValuesFormat } from '../batch/sideFormat.js';
import { BadImageError } from '../decode/badImage.js';
import type { NumberArray, Raster } from './raster.js';
import { picturesOf } from './readSide.js';
import { toLabels, toValues } from './toPixels.js';
import { toUnits } from './toUnits.js';
import { noteRounding } from './usualDepth.js';

const raster = (data: NumberArray, width: number, channels = 1): Raster => ({
  ...{ data, width, channels },
  height: data.length / width / channels,
});
const values = (range?: ValuesFormat['range'], channels = 1): ValuesFormat => ({
  ...{ kind: 'values', channels, filter: 'bicubic', flag: '--input_nc' },
  ...(range && { range }),
});
const named = (of: Raster) => ({ name: 'scan.npy', raster: of });

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof BadImageError);
    return error.message;
  }
  return assert.fail('nothing was refused');
}

test('the ends of a range are -1 and 1, each channel by its own, and what lies outside is clipped', () => {
  const numbers = raster(Float32Array.of(0, -5, 10, 0, 20, 5, 30, 99), 4, 2);
  const { data } = toValues(
    named(numbers),
    values(
      [
        [10, 20],
        [-5, 5],
      ],
      2,
    ),
    0,
  );
  assert.deepEqual([...data], [-1, -1, -1, 0, 1, 1, 1, 1]);
  const deep = toValues(named(raster(Uint16Array.of(0, 65535), 2)), values(), 0).data;
  assert.deepEqual([...deep], [-1, 1]);
});

test('a channel of which all lies outside of its range is told, one that reaches into it is not', () => {
  const notesOf = (numbers: readonly number[], range: readonly [number, number]) => {
    const notes: string[] = [];
    const picture = { ...raster(Float32Array.from(numbers), numbers.length), noData: -9999 };
    toValues(named(picture), values([range]), 0, ({ text }) => notes.push(text));
    return notes.join();
  };
  assert.match(notesOf([60, 4059, -9999], [10000, 20000]), /from 60 to 4059, and 10000 .* all is black/);
  assert.match(notesOf([60, 4059], [0, 1]), /all is white/);
  for (const numbers of [[0, 4059], [20000, 30000], [-9999]])
    assert.equal(notesOf(numbers, [4000, 20000]), '');
});

test('what went in comes out again, in its units: integers exactly', () => {
  const through = (numbers: NumberArray, range: readonly [number, number], depth: 16 | 'float') => {
    const format = values([range]);
    const picture = toValues(named(raster(numbers, numbers.length)), format, 0);
    const images = { data: planar(picture.data, 1), shape: [1, 1, 1, numbers.length] as const };
    return toUnits(images, { format, input: { data: numbers }, depth });
  };
  const all = Uint16Array.from({ length: 4096 }, (_, i) => i);
  assert.deepEqual(through(all, [0, 4095], 16).data, all);
  const deep = Uint16Array.from({ length: 65536 }, (_, i) => i);
  assert.deepEqual(through(deep, [0, 65535], 16).data, deep);
  const hounsfield = Int16Array.from({ length: 4096 }, (_, i) => i - 1024);
  assert.deepEqual(through(hounsfield, [-1024, 3071], 16).data, hounsfield);
  fc.assert(
    fc.property(fc.float({ min: 250, max: 350, noNaN: true }), (kelvin) => {
      const [back] = through(Float32Array.of(kelvin), [250, 350], 'float').data;
      assert.ok(Math.abs(back - kelvin) < 100 * 2e-7);
    }),
  );
  assert.throws(() => through(hounsfield, [-1e6, 1e6], 16), RangeError);
});

test('what is only shown is a picture of its range; what is rounded to few whole numbers is told', () => {
  const images = { data: Float32Array.of(-1, 0.2, 1), shape: [1, 1, 1, 3] as const };
  const format = values([[0, 1]]);
  const unitsOf = (isShown: boolean) =>
    toUnits(images, { format, input: { data: new Float32Array() }, depth: 8, isShown }).data;
  assert.deepEqual([...unitsOf(true)], [0, 153, 255]);
  assert.deepEqual([...unitsOf(false)], [0, 1, 1]);
  const notes: string[] = [];
  const note = ({ text }: { readonly text: string }) => void notes.push(text);
  noteRounding(format, 'float', note);
  noteRounding(values([[0, 4095]]), 16, note);
  assert.deepEqual(notes, []);
  noteRounding(format, 16, note);
  assert.match(notes.join(), /rounded to whole numbers, of which 0 to 1 has 2; tiff and npy keep/);
});

test('what is no number is named, with its place and how many there are', () => {
  const numbers = raster(Float32Array.of(1, 2, 3, 4, 5, Number.NaN, 7, Number.POSITIVE_INFINITY), 2, 2);
  assert.match(
    messageOf(() => toValues(named(numbers), values([[0, 1]], 2), 0)),
    /scan\.npy[\s\S]*NaN at \(0, 1\), channel 1, and 2 such/,
  );
  const holes = { ...raster(Float32Array.of(-9999, 5), 2), noData: -9999 };
  assert.deepEqual([...toValues(named(holes), values([[0, 10]]), 0).data], [-1, 0]);
  const nan = { ...raster(Float32Array.of(Number.NaN, 5), 2), noData: Number.NaN };
  assert.deepEqual([...toValues(named(nan), values([[0, 10]]), 0).data], [-1, 0], 'NaN may stand for none');
});

test('types without a range, and other channels than are asked for, say what to pass', () => {
  assert.match(
    messageOf(() => toValues(named(raster(Int16Array.of(1), 1)), values(), 0)),
    /int16[\s\S]*--value_range auto/,
  );
  const five = named(raster(new Float32Array(5), 1, 5));
  assert.match(
    messageOf(() => picturesOf([five], values([[0, 1]], 3))),
    /5 channels[\s\S]*--input_nc 5/,
  );
  const depth = named(raster(Float32Array.of(1), 1));
  assert.match(
    messageOf(() => picturesOf([five, depth], values([[0, 1]], 4))),
    /5 \+ 1 channels[\s\S]*--input_nc 6/,
  );
});

test('the channels of several files lie side by side, each at its own range', () => {
  const colours = named(raster(Uint8Array.of(0, 255, 51, 255, 0, 102), 2, 3));
  const depth = named(raster(Float32Array.of(0, 20), 2));
  const format = values(
    [
      [0, 255],
      [0, 255],
      [0, 255],
      [0, 20],
    ],
    4,
  );
  const { data, channels } = picturesOf([colours, depth], format);
  assert.equal(channels, 4);
  const rounded = [...data].map((value) => Number(value.toFixed(6)));
  assert.deepEqual(rounded, [-1, 1, -0.6, -1, 1, -1, -0.2, 1]);
});

test('labels are classes, or of none where that is allowed', () => {
  const format: LabelsFormat = { kind: 'labels', channels: 3 };
  const numbers = (...all: number[]) => named(raster(Float32Array.from(all), 2));
  assert.deepEqual([...toLabels(numbers(0, 2, 1, 0), format).data], [0, 2, 1, 0]);
  assert.match(
    messageOf(() => toLabels(numbers(0, 2, 1, 3), format)),
    /3 at \(1, 1\)[\s\S]*--label_nc 4/,
  );
  assert.match(
    messageOf(() => toLabels(numbers(0, 255), format)),
    /--ignore_label 255/,
  );
  assert.match(
    messageOf(() => toLabels(numbers(0.5, 0), format)),
    /0\.5 at \(0, 0\)/,
  );
  for (const number of [0.5, -1, 309])
    assert.match(
      messageOf(() => toLabels(numbers(0, number), format)),
      /fix +correct it: classes are 0, 1, 2/,
    );
  assert.deepEqual([...toLabels(numbers(255, 1), { ...format, ignored: 255 }).data], [NO_CLASS, 1]);
  assert.deepEqual([...toLabels(numbers(0, 1), { ...format, ignored: 0 }).data], [NO_CLASS, 1]);
  assert.match(
    messageOf(() => toLabels(named(raster(new Uint8Array(6), 2, 3)), format)),
    /3 channels/,
  );
});
