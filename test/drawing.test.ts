import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { webModule } from './webModule.js';

// How the playground draws: without colours between those of labels.

type Raster = typeof import('../web/playground/drawing/raster.js');
type Link = typeof import('../web/playground/drawing/link.js');
type Marks = typeof import('../web/playground/drawing/marks.js');
type HistoryModule = typeof import('../web/playground/drawing/history.js');

const SIDE = 24;
const INK = [200, 30, 90] as const;
let raster: Raster;
let link: Link;
let marks: Marks;
let history: HistoryModule;

before(async () => {
  raster = await webModule('playground/drawing/raster.ts');
  link = await webModule('playground/drawing/link.ts');
  marks = await webModule('playground/drawing/marks.ts');
  history = await webModule('playground/drawing/history.ts');
});

const empty = () => ({ data: new Uint8ClampedArray(4 * SIDE * SIDE), width: SIDE, height: SIDE });
const place = fc.integer({ min: -8, max: 2 * SIDE + 8 }).map((x) => x / 2);

/** Whether each pixel is drawn; every one must be wholly so or not at all. */
function drawn({ data }: { data: Uint8ClampedArray }): boolean[] {
  return Array.from({ length: SIDE * SIDE }, (_, i) => {
    const pixel = [...data.subarray(4 * i, 4 * i + 4)];
    assert.ok([`${[...INK, 255]}`, '0,0,0,0'].includes(`${pixel}`), `${pixel}`);
    return pixel[3] === 255;
  });
}

test('a stroke is the pixels whose centres are within half its width of a line', () => {
  fc.assert(
    fc.property(place, place, place, place, fc.integer({ min: 1, max: 12 }), (x0, y0, x1, y1, width) => {
      const on = empty();
      raster.drawStroke(on, [x0, y0, x1, y1], width, INK);
      drawn(on).forEach((isDrawn, i) => {
        // the distance by many points of the line, which is never below the true one
        const [x, y] = [(i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5];
        const steps = Array.from({ length: 401 }, (_, k) => k / 400);
        const near = Math.min(
          ...steps.map((t) => Math.hypot(x0 + t * (x1 - x0) - x, y0 + t * (y1 - y0) - y)),
        );
        if (near < width / 2 - 0.1) assert.ok(isDrawn, `${x}, ${y} is ${near} away`);
        if (near > width / 2 + 0.1) assert.ok(!isDrawn, `${x}, ${y} is ${near} away`);
      });
    }),
    { numRuns: 30 },
  );
});

test('a box has the pixels between its corners, in whatever order they come', () => {
  fc.assert(
    fc.property(place, place, place, place, (x0, y0, x1, y1) => {
      const on = empty();
      raster.drawBox(on, [x0, y0, x1, y1], INK);
      const isBetween = (c: number, a: number, b: number) => c >= Math.min(a, b) && c < Math.max(a, b);
      drawn(on).forEach((isDrawn, i) => {
        const [x, y] = [(i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5];
        assert.equal(isDrawn, isBetween(x, x0, x1) && isBetween(y, y0, y1));
      });
    }),
  );
});

test('filling stops at another colour, goes around corners, and the eraser leaves nothing', () => {
  const picture = { ...empty(), data: new Uint8ClampedArray(4 * SIDE * SIDE).fill(255) };
  raster.drawBox(picture, [10, 0, 12, 20], INK); // a wall with a way around below
  const on = empty();
  raster.fillArea(on, picture, 2, 2, INK);
  assert.equal(drawn(on).filter(Boolean).length, SIDE * SIDE - 2 * 20);
  raster.fillArea(on, on, 2, 2, null);
  assert.equal(drawn(on).filter(Boolean).length, 0);
});

test('where colours are classes, those that look alike are others all the same', () => {
  const picture = { ...empty(), data: new Uint8ClampedArray(4 * SIDE * SIDE).fill(255) };
  raster.drawBox(picture, [0, 0, SIDE, 20], [255, 255, 250]);
  for (const [isExact, filled] of [
    [true, SIDE * 20],
    [false, SIDE * SIDE],
  ] as const) {
    const on = empty();
    marks.drawMark(on, { kind: 'fill', ink: INK, at: [2, 2], isExact }, () => picture);
    assert.equal(drawn(on).filter(Boolean).length, filled);
  }
});

test('what is undone can be done again, until something else is done', () => {
  const states = new history.History(0, 3);
  for (const state of [1, 2, 3]) states.add(state);
  states.undo();
  states.undo();
  states.undo();
  assert.deepEqual([states.current, states.canUndo, states.canRedo], [1, false, true]);
  states.redo();
  states.add(7);
  assert.deepEqual([states.current, states.canRedo], [7, false]);
});

test('a drawing comes out of its link as it went in; other text is refused', async () => {
  const ink = fc.option(fc.tuple(...[1, 2, 3].map(() => fc.nat(255))), { nil: null });
  const mark = fc.oneof(
    fc.record({
      kind: fc.constant('stroke'),
      ink,
      width: fc.integer({ min: 1, max: 64 }),
      points: fc.array(fc.tuple(place, place), { minLength: 1 }).map((points) => points.flat()),
    }),
    fc.record({ kind: fc.constant('box'), ink, corners: fc.tuple(place, place, place, place) }),
    fc.record({ kind: fc.constant('fill'), ink, at: fc.tuple(place, place) }),
  );
  const drawing = fc.record({
    width: fc.integer({ min: 1, max: 1024 }),
    height: fc.integer({ min: 1, max: 1024 }),
    ground: fc.tuple(...[1, 2, 3].map(() => fc.nat(255))),
    marks: fc.array(mark, { maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(drawing, async (value) => {
      const text = await link.toLink(value as never);
      assert.match(text, /^[\w-]*$/);
      assert.equal(JSON.stringify(await link.fromLink(text)), JSON.stringify(value));
    }),
    { numRuns: 40 },
  );
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      await assert.rejects(link.fromLink(text), /the drawing in this link cannot be read/);
    }),
    { numRuns: 40 },
  );
  const scribble = Array.from({ length: 60_000 }, (_, i) => (i * 7919) % 8191);
  const much = { kind: 'stroke', ink: null, width: 2, points: scribble } as const;
  await assert.rejects(
    link.toLink({ width: 9, height: 9, ground: [0, 0, 0], marks: [much] }),
    /too much in it for a link/,
  );
});

test('a link that was made to harm is refused before anything is drawn', async () => {
  const small = { width: 8, height: 8, ground: [0, 0, 0], marks: [] as unknown[] };
  const large = { ...small, width: 2048, height: 1024 };
  const ink = [1, 2, 3];
  const box = { kind: 'box', ink, corners: [0, 0, 4096, 4096] };
  const wide = { kind: 'stroke', ink, width: 2048, points: Array.from({ length: 2000 }, (_, i) => i % 2) };
  const harmful: Readonly<Record<string, unknown>> = {
    'too many pixels': { ...small, width: 2048, height: 2048 },
    'too long a side': { ...small, width: 100_000 },
    'a side that is no whole number': { ...small, width: 7.5 },
    'a colour that is none': { ...small, ground: [0, 0, '0); background: url(//x)'] },
    'an unknown mark': { ...small, marks: [{ kind: 'image', ink }] },
    'a mark that is none': { ...small, marks: [null] },
    'a place that is none': { ...small, marks: [{ ...box, corners: [0, 0, 1, null] }] },
    'a place far away': { ...small, marks: [{ kind: 'stroke', ink, width: 1, points: [0, 0, 1e300, 0] }] },
    'boxes for minutes': { ...large, marks: Array(5000).fill(box) },
    'fills for minutes': { ...large, marks: Array(500).fill({ kind: 'fill', ink, at: [0, 0] }) },
    'wide strokes for minutes': { ...large, marks: Array(10).fill(wide) },
    'too many marks': { ...small, marks: Array(10_001).fill({ ...box, corners: [0, 0, 1, 1] }) },
    'a text that grows by a thousand': 'a'.repeat(10_000_000),
    'no drawing': [1, 2, 3],
  };
  const encoded = (value: unknown) => deflateRawSync(JSON.stringify(value)).toString('base64url');
  assert.equal(JSON.stringify(await link.fromLink(encoded(small))), JSON.stringify(small));
  for (const [name, value] of Object.entries(harmful)) {
    const text = encoded(value);
    assert.ok(text.length < 16_000, name);
    await assert.rejects(link.fromLink(text), /the drawing in this link cannot be read/, name);
  }
  const random = Array.from({ length: 20_000 }, (_, i) => Math.abs(Math.sin(i)));
  await assert.rejects(link.fromLink(encoded(random)), /cannot be read/, 'a link that is too long');
});
