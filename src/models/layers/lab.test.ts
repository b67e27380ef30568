import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { fixture } from '../../../test/repository.js';
import { runProgram } from '../../../test/runProgram.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { labToRgb, rgbToLab } from './lab.js';

type Colour = readonly [number, number, number];

/** Colours as scikit-image converts them (test/fixtures/lab.py). */
const known: Readonly<Record<'rgb' | 'lab' | 'other' | 'otherRgb', Colour[]>> = JSON.parse(
  readFileSync(fixture('lab.json'), 'utf8'),
);

/** A row of pixels through a function of f32[1, 3, 1, W]. */
async function through(colours: readonly Colour[], convert: (x: Value) => Value): Promise<Float32Array> {
  const trace = new Trace(true);
  const x = trace.input('x', f32(1, 3, 1, colours.length));
  const planes = Float32Array.from([0, 1, 2].flatMap((channel) => colours.map((colour) => colour[channel])));
  const found = await runProgram(trace.program({ y: convert(x) }), { x: planes });
  return found.y as Float32Array;
}

const planesOf = (colours: readonly Colour[]) =>
  Float32Array.from([0, 1, 2].flatMap((channel) => colours.map((colour) => colour[channel])));
const symmetric = (level: number, white: number) => (2 * level) / white - 1;
const each = (colours: readonly Colour[], change: (x: number) => number) =>
  colours.map((colour) => colour.map(change) as unknown as Colour);

test('sRGB becomes the L*a*b* that scikit-image makes of it', async () => {
  assert.ok(known.rgb.length >= 100);
  const found = await through(
    each(known.rgb, (byte) => symmetric(byte, 255)),
    rgbToLab,
  );
  assertClose(found, planesOf(known.lab), 'lab', { absolute: 2e-3 });
});

test('L*a*b* becomes its sRGB again, and what sRGB lacks the nearest in each channel', async () => {
  const back = await through(known.lab, labToRgb);
  assertClose(back, planesOf(each(known.rgb, (byte) => symmetric(byte, 255))), 'rgb', { absolute: 2e-4 });
  const other = await through(known.other, labToRgb);
  assertClose(other, planesOf(each(known.otherRgb, (level) => symmetric(level, 1))), 'other', {
    absolute: 2e-4,
  });
});
