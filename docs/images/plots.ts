import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { GrowthPoint } from '../../bench/growth.js';
import { type ExchangeTime, exchangeTime, type Network, type Prediction } from '../../bench/parallelModel.js';

/*
 * Draws the plots of docs/performance.md from what `npm run bench:growth` and `npm run bench:parallel` measured:
 *
 *   npm run docs:plots
 */
const { document } = parseHTML('<html><body></body></html>');
/** Readable on a light page and on a dark one. */
const STYLE = { background: 'white', color: 'black', fontFamily: 'system-ui, sans-serif', padding: '8px' };
const FRAME = {
  ...{ document, width: 640, height: 360, style: STYLE },
  ...{ marginLeft: 56, marginRight: 30, marginBottom: 40 },
};

/** The quantities that grow, by their names in the legend. */
const SERIES: Readonly<Record<string, string>> = {
  batch: 'batch 1 … 16',
  pixels: '256² … 1024²',
  ngf: 'ngf 16 … 128',
};

const growth = read('bench/results/growth.json');
if (growth !== undefined) {
  const results = growth.results as Record<string, GrowthPoint[]>;
  const points = Object.entries(SERIES).flatMap(([name, series]) =>
    (results[name] ?? []).map((point) => ({ ...point, series })),
  );
  draw('docs/images/growth-time.svg', points, 'milliseconds', 'predictedMilliseconds', 'ms a step', 1);
  draw('docs/images/growth-memory.svg', points, 'memoryBytes', 'predictedMemoryBytes', 'GB at the peak', 1e9);
}

const parallel = read('bench/results/parallel.json');
if (parallel !== undefined) drawParallel(parallel.results as ParallelResults);

interface ParallelResults {
  readonly exchanges: readonly { place: string; ranks: number; times: readonly ExchangeTime[] }[];
  readonly fitted: readonly (Network & { place: string; ranks: number })[];
  readonly predicted: readonly Prediction[];
}

/** Sums as measured, dots, and by the model that is fitted to them, lines; and steps of clusters by the model alone, rings. */
function drawParallel({ exchanges, fitted, predicted }: ParallelResults): void {
  const measured = exchanges.flatMap(({ place, times }) => times.map((time) => ({ ...time, place })));
  const modelled = fitted.flatMap(({ place, ranks, ...network }) =>
    measured
      .filter((point) => point.place === place)
      .map(({ bytes }) => ({ place, bytes, milliseconds: exchangeTime(ranks, bytes, network) })),
  );
  const sums = Plot.plot({
    ...FRAME,
    x: { type: 'log', label: 'bytes of a sum', tickFormat: '~s', grid: true },
    y: {
      type: 'log',
      label: 'ms, measured (dots) and by the fitted model (lines)',
      tickFormat: '~f',
      grid: true,
    },
    color: { legend: false, domain: fitted.map(({ place }) => place) },
    marks: [
      Plot.line(modelled, { x: 'bytes', y: 'milliseconds', stroke: 'place' }),
      Plot.dot(measured, { x: 'bytes', y: 'milliseconds', fill: 'place', r: 4 }),
      ...legend(fitted.map(({ place }) => place)),
    ],
  });
  write(
    'docs/images/parallel-sums.svg',
    sums,
    'time of a sum against its bytes, measured and by the fitted model',
  );
  const networks = [...new Set(predicted.map(({ network }) => network))];
  const steps = Plot.plot({
    ...FRAME,
    x: { type: 'log', base: 2, label: 'ranks, each on a machine of its own', tickFormat: '~f', grid: true },
    y: { label: 'share of a step that is computing, predicted', percent: true, domain: [0, 100], grid: true },
    color: { legend: false, domain: networks },
    marks: [
      Plot.line(predicted, { x: 'ranks', y: 'efficiency', stroke: 'network', strokeDasharray: '4 3' }),
      Plot.dot(predicted, { x: 'ranks', y: 'efficiency', stroke: 'network', r: 6 }),
      ...networks.map((network) =>
        Plot.text(
          predicted.filter((point) => point.network === network),
          Plot.selectLast({
            x: 'ranks',
            y: 'efficiency',
            text: 'network',
            fill: 'network',
            dy: 16,
            textAnchor: 'end',
          }),
        ),
      ),
    ],
  });
  write(
    'docs/images/parallel-ranks.svg',
    steps,
    'share of a step that is computing against ranks, predicted',
  );
}

/** Names in the colours of their series, in the upper left corner. */
function legend(names: readonly string[]) {
  return names.map((name, i) =>
    Plot.text([name], { text: [name], fill: () => name, frameAnchor: 'top-left', dx: 8, dy: 8 + 16 * i }),
  );
}

interface Drawn extends GrowthPoint {
  readonly series: string;
}

/** Measured as dots on a line, predicted as rings. */
function draw(
  file: string,
  points: readonly Drawn[],
  measured: 'milliseconds' | 'memoryBytes',
  predicted: 'predictedMilliseconds' | 'predictedMemoryBytes',
  label: string,
  unit: number,
): void {
  const x = (point: Drawn) => point.gigaflops;
  const y = (point: Drawn) => point[measured] / unit;
  const svg = Plot.plot({
    ...FRAME,
    x: { type: 'log', label: 'GFLOP a step', tickFormat: '~s', grid: true },
    y: { type: 'log', label, tickFormat: '~f', grid: true },
    marks: [
      Plot.line(points, { x, y, stroke: 'series' }),
      Plot.dot(points, { x, y, fill: 'series', r: 4 }),
      Plot.dot(points, { x, y: (point: Drawn) => point[predicted] / unit, stroke: 'series', r: 7 }),
      ...Object.values(SERIES).map((series, i) =>
        Plot.text(
          points.filter((point) => point.series === series),
          // Batches and pixels make the same work, and lie on each other
          Plot.selectLast({
            x,
            y,
            text: 'series',
            fill: 'series',
            dx: -12,
            dy: 18 * (i - 1),
            textAnchor: 'end',
          }),
        ),
      ),
    ],
  });
  write(file, svg, `${label} against GFLOP a step, measured and predicted`);
}

function write(file: string, svg: ReturnType<typeof Plot.plot>, text: string): void {
  const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  title.textContent = text;
  svg.prepend(title);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  writeFileSync(file, `${svg.outerHTML}\n`);
  console.log(`wrote ${file}`);
}

function read(file: string): Record<string, unknown> | undefined {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  console.error(`${file} is missing: run the benchmark first`);
  return undefined;
}
