import { csvFormatRows } from 'd3-dsv';
import { Pix2PixError } from '../../../src/errors/pix2pixError.js';
import { themeColor } from '../app/theme.js';
import type { Line } from './line.js';

const MOST_NAMES = 12;
const ROW = 18; // pixels of a line of text

/** Offers text or bytes to the person as a download. */
export function saveFile(name: string, type: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement('a'), {
    href: address,
    download: name.replaceAll('/', '_'),
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The points that the page has, where there is no server that has them all. */
export function saveValues(tag: string, lines: readonly Line[], format: 'csv' | 'json'): void {
  const points = lines.flatMap(({ run, xs, values }) => xs.map((x, i) => ({ run, x, value: values[i] })));
  if (format === 'json') {
    saveFile(`${tag}.json`, 'application/json', JSON.stringify({ tag, points }));
    return;
  }
  const rows = points.map(({ run, x, value }) => [run, String(x), value === null ? 'NaN' : String(value)]);
  saveFile(`${tag}.csv`, 'text/csv', csvFormatRows([['run', 'x', tag], ...rows]));
}

/** The canvas of a chart on paper, with its title above and the names of its runs below. */
export async function savePng(
  tag: string,
  lines: readonly Line[],
  canvas: HTMLCanvasElement | undefined,
): Promise<void> {
  if (canvas === undefined)
    throw new Pix2PixError('the chart has not been drawn yet', {}, 'scroll to it first');
  const scale = devicePixelRatio;
  const named = lines.slice(0, MOST_NAMES);
  const picture = document.createElement('canvas');
  picture.width = canvas.width;
  picture.height = canvas.height + (named.length + 2) * ROW * scale;
  const ctx = picture.getContext('2d')!;
  ctx.fillStyle = themeColor('--card');
  ctx.fillRect(0, 0, picture.width, picture.height);
  ctx.drawImage(canvas, 0, ROW * 1.5 * scale);
  ctx.scale(scale, scale);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = themeColor('--ink');
  ctx.font = '600 13px system-ui, sans-serif';
  ctx.fillText(tag, 10, ROW * 0.9);
  ctx.font = '12px system-ui, sans-serif';
  named.forEach(({ name, color }, i) => {
    const y = canvas.height / scale + (i + 2) * ROW;
    ctx.fillStyle = color;
    ctx.fillRect(10, y - 5, 10, 10);
    ctx.fillStyle = themeColor('--ink');
    ctx.fillText(i === MOST_NAMES - 1 && lines.length > MOST_NAMES ? `${name}, and others` : name, 26, y);
  });
  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, 'image/png'));
  if (blob === null)
    throw new Pix2PixError('the picture is too large for this browser', {}, 'make the window smaller');
  saveFile(`${tag}.png`, 'image/png', blob);
}
