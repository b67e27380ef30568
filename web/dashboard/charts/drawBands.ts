import type uPlot from 'uplot';
import type { Line } from './line.js';

const OPACITY = '2a'; // of 255, in hexadecimal

/** On the canvas of a chart, behind its lines: the spread around each mean. */
export function drawBands(plot: uPlot, lines: readonly Line[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { xs, band, color } of lines) {
    if (band === undefined) continue;
    ctx.fillStyle = color + OPACITY;
    for (const [from, to] of stretches(band.low)) {
      ctx.beginPath();
      for (let i = from; i < to; i++) lineTo(plot, xs[i], band.high[i]!);
      for (let i = to - 1; i >= from; i--) lineTo(plot, xs[i], band.low[i]!);
      ctx.fill();
    }
  }
  ctx.restore();
}

function lineTo(plot: uPlot, x: number, y: number): void {
  const low = plot.scales.y.distr === 3 ? Math.max(y, plot.scales.y.min ?? y) : y; // a logarithm has no 0
  plot.ctx.lineTo(plot.valToPos(x, 'x', true), plot.valToPos(low, 'y', true));
}

/** The stretches without gaps, each from its first index to before its end. */
function stretches(values: readonly (number | null)[]): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    const last = found.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else found.push([i, i + 1]);
  }
  return found;
}
