import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { widthOf } from '../base/textWidth.js';
import type { RunSummary } from '../records/reading/runSummary.js';
import { formatRuns } from './runsTable.js';
import { formatTable, hasColours } from './terminalTable.js';

const summary = (id: string, change: Partial<RunSummary> = {}): RunSummary => ({
  ...{ id, state: 'running', isForeign: false, seconds: 60, step: 50, epoch: 3, epochs: 200 },
  ...{ progress: 0.999, etaSeconds: 4000, updatedAt: 0, options: {}, images: [], annotations: {} },
  ...{
    last: { 'val/L1': 0.25, lr: 1 },
    best: { 'val/L1': { value: 0.2, step: 7 } },
    scalars: ['lr', 'val/L1'],
  },
  ...{ problems: [], revision: 1 },
  ...change,
});

test('a line is no wider than the terminal; what goes first is what says least', () => {
  const runs = [
    summary('a'),
    summary('a run with a name that is long'),
    summary('街の写真から地図を作る 🗺️ 長い名前'),
  ];
  fc.assert(
    fc.property(fc.integer({ min: 45, max: 200 }), (columns) => {
      for (const line of formatRuns(runs, [], { isTTY: true, columns }).split('\n')) {
        assert.ok(widthOf(stripVTControlCharacters(line)) <= columns, line);
      }
    }),
    { seed: 1 },
  );
  const titles = (columns: number) =>
    stripVTControlCharacters(formatRuns(runs, [], { isTTY: true, columns }).split('\n')[0]).split(/ {2,}/);
  assert.deepEqual(titles(200), ['RUN', 'STATE', 'EPOCH', 'DONE', 'ETA', 'val/L1', 'best', 'AGE']);
  assert.deepEqual(titles(50), ['RUN', 'STATE', 'DONE', 'ETA', 'val/L1']);
});

test('columns stand below each other, also under names that are wider than they are long', () => {
  const rows = ['ab', '漢字', 'e\u0301'];
  const columns = [
    { title: 'N', text: (row: string) => row },
    { title: 'M', text: () => 'x' },
  ];
  assert.deepEqual(formatTable(columns, rows, 80, false), ['N     M', 'ab    x', '漢字  x', 'e\u0301     x']);
});

test('of two long texts that of the lower rank is cut first', () => {
  const columns = [
    { title: 'A', text: () => 'about', shrinkTo: 2 },
    { title: 'L', text: () => 'licence', shrinkTo: 3, rank: 1 },
  ];
  const row = (width: number) => formatTable(columns, [0], width, false)[1];
  assert.equal(row(14), 'about  licence');
  assert.equal(row(10), 'about  li…');
  assert.equal(row(9), 'abo…  li…');
});

test('without a terminal nothing is cut and nothing is coloured', () => {
  const name = 'x'.repeat(300);
  const text = formatRuns([summary(name)], [], {}, 3_600_000);
  assert.match(text, new RegExp(`^${name}  running  3/200  99 %  1 h 7 min  0\\.2500  0\\.2000  1 h$`, 'm'));
});

test('colours obey NO_COLOR, TERM and what is no terminal', () => {
  assert.equal(hasColours({ isTTY: true }, {}), true);
  assert.equal(hasColours({ isTTY: true }, { NO_COLOR: '1' }), false);
  assert.equal(hasColours({ isTTY: true }, { TERM: 'dumb' }), false);
  assert.equal(hasColours({}, {}), false);
});

test('a name cannot command the terminal', () => {
  const evil = summary('\u001b[2Jrun', {
    state: 'crashed',
    stateReason: 'bell\u0007',
    problems: ['\u001b]0;x'],
  });
  assert.doesNotMatch(formatRuns([evil], [], {}).replaceAll('\n', ''), /\p{Cc}/u);
});

test('values are short and say when they are none', () => {
  const metrics = {
    ...summary('a'),
    last: { x: null, y: 123456.7, z: 0.00001 },
    best: {},
    scalars: ['x', 'y', 'z'],
  };
  assert.match(formatRuns([metrics], ['x', 'y', 'z', 'none'], {}), / NaN .* 1\.23e\+5 .* 1\.00e-5 /);
});
