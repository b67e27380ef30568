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
  const svg = Plot.plot({
    width: 720,
    height: 360,
    marginLeft: 56,
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
      Plot.line(
        points(({ smoothed }) => smoothed),
        { ...channels, strokeWidth: 1.5 },
      ),
      names(lines),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(svg);
}

/** Which line is which run: at the right end of each, where they are few enough to be read. */
function names(lines: readonly Line[]): Plot.Markish {
  if (lines.length < 2 || lines.length > 12) return null;
  const ends = lines.map(({ xs, smoothed, run, name }) => {
    const i = smoothed.findLastIndex((value) => value !== null);
    return { x: xs[i], y: smoothed[i], run, name };
  });
  const place = { x: 'x', y: 'y', fill: 'run', text: 'name', textAnchor: 'end', dy: -6 } as const;
  return Plot.text(ends, { ...place, stroke: 'white', strokeWidth: 3 });
}
