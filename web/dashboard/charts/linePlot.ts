import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { XAxis } from './chartSettings.js';
import { drawBands } from './drawBands.js';
import { drawMarks } from './drawMarks.js';
import type { Line, PlacedMark } from './line.js';
import { plotAxes } from './plotAxes.js';
import type { Range } from './xValues.js';

/** The content of a chart at one time. */
export interface Picture {
  readonly lines: readonly Line[];
  readonly marks: readonly PlacedMark[];
  readonly axis: XAxis;
  readonly isLog: boolean;
  readonly zoom: Range | undefined;
}

/** The position of the pointer in a chart: in the unit of the axes, and in pixels from the chart's corner. */
export interface Cursor {
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
}

export interface PlotEvents {
  /** A stretch was dragged over; undefined after a double click. */
  readonly onZoom: (range: Range | undefined) => void;
  /** The pointer is in this chart or, at the same x, in another one. */
  readonly onCursor: (cursor: Cursor | undefined) => void;
}

/** With more lines than these the raw ones behind them hide everything, and take half of the time. */
const MOST_RAW = 30;

/**
 * Lines with an x of their own each (uPlot's mode 2), since runs were measured at different steps. Scales are computed
 * here and not by uPlot, so that new points and a zoom do not disturb each other.
 */
export class LinePlot {
  private plot: uPlot | undefined;
  private picture: Picture | undefined;
  private shape = '';
  private frame = 0;
  private readonly resize = new ResizeObserver(() => this.fit());
  private readonly repaint = () => {
    this.shape = '';
    if (this.picture !== undefined) this.draw(this.picture);
  };

  private readonly whole = () => {
    this.events.onZoom(undefined);
    return null;
  };

  constructor(
    private readonly root: HTMLElement,
    private readonly events: PlotEvents,
    private readonly height = 200,
  ) {
    this.resize.observe(root);
    document.addEventListener('themechange', this.repaint);
  }

  /** Draws it in the next frame, and only the last of what a frame is asked for. */
  show(picture: Picture): void {
    this.picture = picture;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw(picture));
  }

  /** Only what is on the canvas is drawn anew, unless there are other lines or other axes. */
  draw(picture: Picture): void {
    this.picture = picture;
    const { lines, axis, isLog } = picture;
    const shape = JSON.stringify([
      axis,
      isLog,
      lines.map(({ run, color, xs }) => [run, color, xs.length === 1]),
    ]);
    if (lines.length === 0) {
      this.plot?.destroy();
      this.plot = undefined;
    } else if (shape !== this.shape || this.plot === undefined) {
      this.shape = shape;
      this.plot?.destroy();
      this.plot = new uPlot(this.options(picture), this.data(), this.root);
    } else {
      this.plot.setData(this.data());
    }
  }

  /** The canvas as it is. */
  get canvas(): HTMLCanvasElement | undefined {
    return this.plot?.ctx.canvas;
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.resize.disconnect();
    document.removeEventListener('themechange', this.repaint);
    this.plot?.destroy();
    this.plot = undefined;
  }

  /** The stretch that is shown. */
  visible(): Range {
    return this.picture?.zoom ?? extentOf(this.picture?.lines ?? []);
  }

  /** Raw values of all runs, then smoothed ones, so that no faint line covers another run's. */
  private data(): uPlot.AlignedData {
    const { lines } = this.picture!;
    const pairs = [
      ...rawOf(lines).map(({ xs, values }) => [xs, values]),
      ...lines.map(({ xs, smoothed }) => [xs, smoothed]),
    ];
    return [null, ...pairs] as unknown as uPlot.AlignedData;
  }

  private options({ lines, axis, isLog }: Picture): uPlot.Options {
    const faint = lines.length <= 2 ? '48' : lines.length <= 10 ? '24' : '14'; // alpha of the raw lines
    const series = (alpha: string, width: number) => (line: Line) => ({
      stroke: line.color + alpha,
      width,
      points: { show: line.xs.length === 1, size: 5, fill: line.color },
      facets: [
        { scale: 'x', auto: true },
        { scale: 'y', auto: true },
      ],
    });
    return {
      mode: 2,
      width: Math.max(100, this.root.clientWidth),
      height: this.height,
      padding: [8, 18, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: axis === 'wall', range: () => this.xRange() },
        y: { distr: isLog ? 3 : 1, range: () => this.yRange(isLog) },
      },
      series: [
        {},
        ...rawOf(lines).map(series(faint, 1)),
        ...lines.map(series('', lines.length > MOST_RAW ? 1 : 1.4)),
      ] as uPlot.Series[],
      axes: plotAxes(axis, isLog),
      cursor: {
        y: false,
        points: { show: false },
        dataIdx: () => null as unknown as number,
        drag: { x: true, y: false, setScale: false },
        bind: { dblclick: () => this.whole },
        sync: {
          key: `charts ${axis}`,
          scales: ['x', null],
          filters: { pub: (type) => /move|leave/.test(type) },
        },
      },
      hooks: {
        drawAxes: [(plot) => drawBands(plot, this.picture!.lines)],
        draw: [(plot) => drawMarks(plot, this.picture!.marks)],
        setCursor: [(plot) => this.events.onCursor(cursorOf(plot))],
        setSelect: [(plot) => this.select(plot)],
      },
    } as uPlot.Options;
  }

  private select(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 3) return;
    this.events.onZoom({ min: plot.posToVal(left, 'x'), max: plot.posToVal(left + width, 'x') });
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  private xRange(): uPlot.Range.MinMax {
    const { min, max } = this.visible();
    return [min, max];
  }

  /** The range of values in the visible stretch of the lines, with a margin. */
  private yRange(isLog: boolean): uPlot.Range.MinMax {
    const [from, to] = this.xRange() as [number, number];
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const include = (value: number | null) => {
      if (value === null || (isLog && value <= 0)) return;
      low = Math.min(low, value);
      high = Math.max(high, value);
    };
    for (const { xs, values, band } of this.picture!.lines) {
      for (let i = 0; i < xs.length; i++) {
        if (xs[i] < from || xs[i] > to) continue;
        include(values[i]);
        if (band !== undefined) for (const edge of [band.low, band.high]) include(edge[i]);
      }
    }
    if (low > high) return isLog ? [0.1, 1] : [0, 1];
    if (isLog) return [low / 1.1, high * 1.1];
    const air = high > low ? (high - low) * 0.05 : Math.abs(high) * 0.1 || 1;
    return [low - air, high + air];
  }

  private fit(): void {
    const width = this.root.clientWidth;
    if (width > 0 && this.plot !== undefined) this.plot.setSize({ width, height: this.height });
  }
}

/** From the first point of all lines to the last. */
export function extentOf(lines: readonly Line[]): Range {
  if (lines.length === 0) return { min: 0, max: 1 };
  const min = Math.min(...lines.map(({ xs }) => xs[0]));
  const max = Math.max(...lines.map(({ xs }) => xs[xs.length - 1]));
  return max > min ? { min, max } : { min: min - 0.5, max: max + 0.5 };
}

function rawOf(lines: readonly Line[]): readonly Line[] {
  return lines.length <= MOST_RAW ? lines : [];
}

function cursorOf(plot: uPlot): Cursor | undefined {
  const { left = -1, top = -1 } = plot.cursor;
  if (left < 0) return undefined;
  const { offsetLeft, offsetTop } = plot.over;
  return {
    x: plot.posToVal(left, 'x'),
    y: plot.posToVal(top, 'y'),
    left: left + offsetLeft,
    top: top + offsetTop,
  };
}
