import { csvFormatRows } from 'd3-dsv';
import { Pix2PixError } from '../../../src/base/errors/pix2pixError.js';
import { saveFile } from '../../saveFile.js';
import { requireTrueCanvas } from '../../trueCanvas.js';
import { themeColour } from '../app/theme.js';
import type { Line } from './line.js';
import { LinePlot, type Picture } from './linePlot.js';

const MOST_NAMES = 12;
const [WIDTH, HEIGHT, ROW] = [960, 400, 18]; // pixels: of the plot, and of a line of text

/** Saves the points that the page has, where there is no server that has them all. */
export function saveValues(tag: string, lines: readonly Line[], format: 'csv' | 'json'): void {
  const points = lines.flatMap(({ run, xs, values }) => xs.map((x, i) => ({ run, x, value: values[i] })));
  if (format === 'json') {
    saveFile(`${tag}.json`, new Blob([JSON.stringify({ tag, points })], { type: 'application/json' }));
    return;
  }
  const rows = points.map(({ run, x, value }) => [run, String(x), value === null ? 'NaN' : String(value)]);
  saveFile(`${tag}.csv`, new Blob([csvFormatRows([['run', 'x', tag], ...rows])], { type: 'text/csv' }));
}

/**
 * The chart drawn anew, larger, on paper, with its title above and the names of its runs below.
 * @throws Pix2PixError when it is empty, or the browser gives no picture of it
 */
export async function savePng(tag: string, picture: Picture): Promise<void> {
  requireTrueCanvas();
  const host = document.body.appendChild(document.createElement('div'));
  Object.assign(host.style, { position: 'fixed', left: '200vw', width: `${WIDTH}px` });
  const plot = new LinePlot(host, { onZoom: () => {}, onCursor: () => {} }, HEIGHT);
  try {
    plot.draw(picture);
    await new Promise(requestAnimationFrame); // uPlot draws at the end of the task
    if (plot.canvas === undefined)
      throw new Pix2PixError('the chart is empty', {}, 'choose runs that have values');
    const blob = await new Promise<Blob | null>((resolve) => {
      withNames(tag, picture.lines, plot.canvas!).toBlob(resolve, 'image/png');
    });
    if (blob === null) throw new Pix2PixError('this browser gives no picture', {}, 'take the SVG');
    saveFile(`${tag}.png`, blob);
  } finally {
    plot.destroy();
    host.remove();
  }
}

function withNames(tag: string, lines: readonly Line[], plot: HTMLCanvasElement): HTMLCanvasElement {
  const scale = devicePixelRatio;
  const named = lines.slice(0, MOST_NAMES);
  const paper = document.createElement('canvas');
  paper.width = plot.width;
  paper.height = plot.height + (named.length + 2.5) * ROW * scale;
  const ctx = paper.getContext('2d')!;
  ctx.fillStyle = themeColour('--card');
  ctx.fillRect(0, 0, paper.width, paper.height);
  ctx.drawImage(plot, 0, ROW * 1.5 * scale);
  ctx.scale(scale, scale);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = themeColour('--ink');
  ctx.font = '600 14px system-ui, sans-serif';
  ctx.fillText(tag, 10, ROW * 0.9);
  ctx.font = '12px system-ui, sans-serif';
  named.forEach(({ name, color }, i) => {
    const y = HEIGHT + (i + 2.2) * ROW;
    ctx.fillStyle = color;
    ctx.fillRect(10, y - 5, 10, 10);
    ctx.fillStyle = themeColour('--ink');
    const isLast = i === MOST_NAMES - 1 && lines.length > MOST_NAMES;
    ctx.fillText(isLast ? `${name}, and ${lines.length - MOST_NAMES} more` : name, 26, y);
  });
  return paper;
}
