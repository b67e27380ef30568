import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { GrowthPoint } from '../../bench/growth.js';
import { median } from '../../bench/measure.js';
import type { ThreadMeasurements } from '../../bench/threadsReport.js';
import { type ParallelResults, plotClusters, plotSums } from './parallelPlots.js';

/*
 * Draws the plots of docs/performance.md from what `npm run bench:growth`, `bench:threads` and `bench:parallel` measured:
 *
 *   npm run docs:plots
 */
const { document } = parseHTML('<html><body></body></html>');
/** Readable on a light page and on a dark one. */
const STYLE = { background: 'white', color: 'black', fontFamily: 'system-ui, sans-serif', padding: '8px' };
const FRAME = {
  ...{ document, width: 640, height: 360, style: STYLE },
  ...{ marginLeft: 56, marginRight: 30, marginBottom: 40 },
} as const;

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

const threads = read('bench/results/threads.json');
if (threads !== undefined) {
  const measured = threads as unknown as ThreadMeasurements;
  drawThreads('docs/images/threads-step.svg', 'ms a step', threadPoints(measured, 'step'));
  drawThreads('docs/images/threads-forward.svg', 'ms a forward pass', threadPoints(measured, 'forward'));
}

const parallel = read('bench/results/parallel.json');
if (parallel !== undefined) {
  const results = parallel.results as ParallelResults;
  const [sums, steps] = ['time of a sum by its bytes', 'share of a step that is computing by ranks'];
  save(
    'docs/images/parallel-sums.svg',
    plotSums(results, FRAME),
    `${sums}, measured and by the fitted model`,
  );
  save('docs/images/parallel-ranks.svg', plotClusters(results, FRAME), `${steps}, predicted`);
}

interface ThreadPoint {
  readonly threads: number;
  readonly milliseconds: number;
  readonly series: string;
}

function threadPoints({ base, ours, theirs }: ThreadMeasurements, what: 'step' | 'forward'): ThreadPoint[] {
  const own = ours
    .filter(({ variant }) => variant === base)
    .map(({ threads, stepMs, forwardMs }) => {
      return { threads, milliseconds: median(what === 'step' ? stepMs : forwardMs), series: 'pix2pix-ts' };
    });
  const peers = theirs.map(({ threads, way, result }) => {
    const times = what === 'step' ? result.step_ms : result.generator_forward_ms;
    return { threads, milliseconds: median(times), series: `PyTorch, ${way.split(',')[0]}` };
  });
  return [...own, ...peers].sort((a, b) => a.threads - b.threads);
}

/** Times by threads, both by their logarithms: what all threads share lies on a falling straight line. */
function drawThreads(file: string, label: string, points: readonly ThreadPoint[]): void {
  const [x, y] = ['threads', 'milliseconds'];
  const counts = [...new Set(points.map(({ threads }) => threads))];
  const svg = Plot.plot({
    ...{ ...FRAME, marginBottom: 56, marginTop: 44 },
    x: { type: 'log', label: 'threads', labelOffset: 36, ticks: counts, tickFormat: '~f', grid: true },
    y: { type: 'log', label, tickFormat: '~f', grid: true },
    color: { legend: false },
    marks: [
      Plot.line(points, { x, y, stroke: 'series' }),
      Plot.dot(points, { x, y, fill: 'series', r: 4 }),
      Plot.text(
        points,
        Plot.selectFirst({
          x,
          y,
          z: 'series',
          text: 'series',
          fill: 'series',
          dx: 8,
          dy: -10,
          textAnchor: 'start',
        }),
      ),
    ],
  });
  save(file, svg, `${label} by threads`);
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
  save(file, svg, `${label} against GFLOP a step, measured and predicted`);
}

function save(file: string, svg: ReturnType<typeof Plot.plot>, text: string): void {
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
