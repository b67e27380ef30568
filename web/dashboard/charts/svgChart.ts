import * as Plot from '@observablehq/plot';
import { formatX } from './axisText.js';
import type { XAxis } from './chartSettings.js';
import type { Line } from './line.js';
import { extentOf, type Picture } from './linePlot.js';

const NAMES: Readonly<Record<XAxis, string>> = {
  step: 'images trained on',
  epoch: 'epoch',
  relative: 'time since the start',
  wall: 'time',
};

const [MARGIN_BELOW, ROW, MOST_NAMES] = [44, 16, 30]; // pixels, and runs

/** A chart drawn anew as SVG text, for a document: on white, whatever the page looks like. */
export function drawSvg(tag: string, { lines, axis, isLog, zoom }: Picture): string {
  const visible = zoom ?? extentOf(lines);
  const points = (pick: (line: Line) => readonly (number | null)[]) =>
    lines.flatMap((line) =>
      line.xs.flatMap((x, i) => {
        const y = pick(line)[i] ?? Number.NaN; // a gap
        return x < visible.min || x > visible.max ? [] : [{ x, y, run: line.run }];
      }),
    );
  const channels = { x: 'x', y: 'y', stroke: 'run', z: 'run' };
  const isSmoothed = lines.some(({ values, smoothed }) => values.some((value, i) => value !== smoothed[i]));
  const named = Math.min(lines.length, MOST_NAMES);
  const svg = Plot.plot({
    width: 720,
    height: 360 + named * ROW,
    marginLeft: 56,
    marginBottom: MARGIN_BELOW + named * ROW,
    style: { background: 'white', color: 'black', fontFamily: 'sans-serif' },
    x: {
      label: NAMES[axis],
      domain: [visible.min, visible.max],
      tickFormat: (x: number) => formatX(axis, x),
    },
    y: { label: tag, grid: true, type: isLog ? 'log' : 'linear' },
    color: { domain: lines.map(({ run }) => run), range: lines.map(({ color }) => color) },
    marks: [
      isSmoothed
        ? Plot.line(
            points(({ values }) => values),
            { ...channels, strokeOpacity: 0.25, strokeWidth: 1 },
          )
        : null,
      ...lines.map(({ xs, band, color }) =>
        band === undefined
          ? null
          : Plot.areaY(
              xs.flatMap((x, i) =>
                x < visible.min || x > visible.max ? [] : [{ x, low: band.low[i], high: band.high[i] }],
              ),
              { x: 'x', y1: 'low', y2: 'high', fill: color, fillOpacity: 0.16 },
            ),
      ),
      Plot.line(
        points(({ smoothed }) => smoothed),
        { ...channels, strokeWidth: 1.5 },
      ),
      ...names(lines),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(svg);
}

/** Which line is which run: a list beneath the plot. */
function names(lines: readonly Line[]): Plot.Markish[] {
  return lines.slice(0, MOST_NAMES).map(({ name, color }, i) => {
    const more = i === MOST_NAMES - 1 ? lines.length - MOST_NAMES : 0;
    const text = more > 0 ? `${name}, and ${more} more` : name;
    const place = { frameAnchor: 'bottom-left', textAnchor: 'start', dy: MARGIN_BELOW + i * ROW } as const;
    return Plot.text([`■ ${text}`], { ...place, fill: color, fontSize: 12 });
  });
}
