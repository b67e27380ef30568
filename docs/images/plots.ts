import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { GrowthPoint } from '../../bench/growth.js';

/*
 * Draws the plots of docs/performance.md from what `npm run bench:growth` and `npm run bench:dataset` measured:
 *
 *   npm run docs:plots
 */
const { document } = parseHTML('<html><body></body></html>');
/** Readable on a light page and on a dark one. */
const STYLE = { background: 'white', color: 'black', fontFamily: 'system-ui, sans-serif', padding: '8px' };
const [WIDTH, HEIGHT] = [640, 360];

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
    ...{
      document,
      width: WIDTH,
      height: HEIGHT,
      style: STYLE,
      marginLeft: 56,
      marginRight: 30,
      marginBottom: 40,
    },
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
  const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  title.textContent = `${label} against GFLOP a step, measured and predicted`;
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
