import { type Html, html } from '../records/writing/html.js';

/** A run over its epochs. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [epoch: number, value: number])[];
}

const [WIDTH, HEIGHT] = [320, 200];
const EDGES = { left: 56, right: 12, top: 12, bottom: 24 };
/** Told apart by their brightness too; after them, the first again, dashed. */
const COLOURS = ['#b4471f', '#2f7fb8', '#6a9a2d', '#8e5cb5', '#c9962b'];

/**
 * Lines over epochs as a picture of vectors, which a page contains.
 * @param show a value as it is written beside the axis
 */
export function curve(title: string, lines: readonly Line[], show: (value: number) => string): Html {
  const points = lines.flatMap((line) => line.points);
  const across = extentOf(points.map(([epoch]) => epoch));
  const up = extentOf(points.map(([, value]) => value));
  const x = (epoch: number) => EDGES.left + share(epoch, across) * (WIDTH - EDGES.left - EDGES.right);
  const y = (value: number) => HEIGHT - EDGES.bottom - share(value, up) * (HEIGHT - EDGES.top - EDGES.bottom);
  const paths = lines.map((line, i) => pathOf(line, i, x, y));
  const label = (value: number) =>
    html`<text x="${EDGES.left - 6}" y="${y(value) + 4}" text-anchor="end">${show(value)}</text>`;
  const epochs = [...new Set(across)].map(
    (epoch) => html`<text x="${x(epoch)}" y="${HEIGHT - 6}" text-anchor="middle">${epoch}</text>`,
  );
  const edge = html`<path d="M${EDGES.left} ${EDGES.top}V${HEIGHT - EDGES.bottom}H${WIDTH - EDGES.right}" fill="none" stroke="currentColor" stroke-opacity=".35"/>`;
  return html`
<figure style="width: min(100%, ${WIDTH}px)"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" fill="currentColor" font-size="11" style="display: block; width: 100%">${edge}${[...new Set(up)].map(label)}${epochs}${paths}</svg><figcaption>${title}${lines.length > 1 ? legend(lines) : undefined}</figcaption></figure>`;
}

function pathOf(
  { name, points }: Line,
  index: number,
  x: (epoch: number) => number,
  y: (value: number) => number,
): Html {
  const at = points.map(([epoch, value]) => `${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`);
  const dashes = index < COLOURS.length ? 'none' : '5 3';
  const dots = points.map(
    ([epoch, value]) =>
      html`<circle cx="${x(epoch).toFixed(1)}" cy="${y(value).toFixed(1)}" r="2.5"><title>${name}, epoch ${epoch}: ${value}</title></circle>`,
  );
  const colour = COLOURS[index % COLOURS.length];
  return html`<g fill="${colour}"><path d="M${at.join('L')}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dashes}"/>${dots}</g>`;
}

function legend(lines: readonly Line[]): Html {
  const entries = lines.map(
    ({ name }, i) => html` <span style="color: ${COLOURS[i % COLOURS.length]}">●</span> ${name}`,
  );
  return html`<br>${entries}`;
}

function extentOf(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** 0 ... 1 within the extent; its middle where there is but one value. */
function share(value: number, [low, high]: readonly [number, number]): number {
  return high === low ? 0.5 : (value - low) / (high - low);
}
