import type uPlot from 'uplot';
import { themeColour } from '../app/theme.js';
import type { PlacedMark } from './line.js';

/** Pixels between two ticks of a run that is saved all the time. */
const CLOSEST = 5;

/**
 * On the canvas of a chart: a cross at the top where a value became NaN, a triangle there at an alert, a broken line at a resume, a tick below at a
 * checkpoint.
 */
export function drawMarks(plot: uPlot, marks: readonly PlacedMark[]): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height + 4 * scale);
  ctx.clip();
  ctx.lineWidth = 1.5 * scale;
  const lastTick = new Map<string, number>();
  for (const { kind, x, color } of marks) {
    const at = plot.valToPos(x, 'x', true);
    if (kind === 'checkpoint') {
      if (at - (lastTick.get(color) ?? Number.NEGATIVE_INFINITY) < CLOSEST * scale) continue;
      lastTick.set(color, at);
    }
    ctx.strokeStyle = kind === 'nan' ? themeColour('--bad') : color;
    ctx.setLineDash(kind === 'resume' ? [2 * scale, 4 * scale] : []);
    ctx.beginPath();
    SHAPES[kind](ctx, at, bbox, scale);
    ctx.stroke();
  }
  ctx.restore();
}

type Shape = (ctx: CanvasRenderingContext2D, x: number, box: uPlot.BBox, scale: number) => void;

const SHAPES: Readonly<Record<PlacedMark['kind'], Shape>> = {
  resume(ctx, x, { top, height }) {
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
  },
  checkpoint(ctx, x, { top, height }, scale) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x, top + height - 6 * scale);
  },
  alert(ctx, x, { top }, scale) {
    const [arm, y] = [4 * scale, top + 3 * scale];
    ctx.moveTo(x - arm, y);
    ctx.lineTo(x + arm, y);
    ctx.lineTo(x, y + 2 * arm);
    ctx.closePath();
  },
  nan(ctx, x, { top }, scale) {
    const [arm, y] = [4 * scale, top + 6 * scale];
    ctx.moveTo(x - arm, y - arm);
    ctx.lineTo(x + arm, y + arm);
    ctx.moveTo(x + arm, y - arm);
    ctx.lineTo(x - arm, y + arm);
  },
};
