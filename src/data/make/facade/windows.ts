import type { RandomStream } from '../../../base/random/stream.js';
import type { Canvas, Shape } from './canvas.js';
import { between, chance } from './chance.js';
import { glass, type Interior, paint, slats } from './finishes.js';
import { stone } from './masonry.js';
import type { Opening, Storey } from './plan.js';
import { arch, box, inset, taper } from './shapes.js';
import type { FacadeStyle } from './style.js';

/** How deep a pane lies behind the wall, and its frame; all heights are in widths of the image. */
const PANE = -0.017;
const FRAME = -0.012;

export function openingShape({ x0, y0, x1, y1, rise }: Opening): Shape {
  return arch(x0, y0, x1, y1, rise);
}

/** Draws the interior of one window: most rooms are dark, with some curtains, half drawn blinds and a few lamps. */
export function furnish(stream: RandomStream, style: FacadeStyle): Interior {
  return {
    curtains: chance(stream, 0.6) ? between(stream, 0.14, 0.36) : 0,
    blind: chance(stream, 0.25) ? between(stream, 0.15, 0.5) : 0,
    warmth: chance(stream, 0.12) ? 0.8 : 0.05,
    fabric: style.fabric,
  };
}

/** One window with its surround, sill, hood and shutters. */
export function paintWindow(
  canvas: Canvas,
  stream: RandomStream,
  opening: Opening,
  storey: Storey,
  style: FacadeStyle,
): void {
  paintHood(canvas, opening, storey, style);
  paintSash(canvas, openingShape(opening), storey.panes, furnish(stream, style), style);
  if (storey.sills && !opening.balcony && !storey.gallery) paintSill(canvas, opening, style);
  if (storey.shutters) paintShutters(canvas, opening, style);
}

/** Frame, panes and glazing bars. */
export function paintSash(
  canvas: Canvas,
  shape: Shape,
  [across, down]: readonly [number, number],
  room: Interior,
  style: FacadeStyle,
): void {
  const { x0, y0, x1, y1, inside } = shape;
  const frame = paint(style.frame);
  canvas.fill(shape, FRAME, frame, 'window');
  const edge = 0.006;
  const panes = { ...inset(shape, edge), inside: inside && ((x: number, y: number) => inside(x, y - edge)) };
  canvas.fill(panes, PANE, glass(x0, y0, x1, y1, room, style.grain));
  const bar = (shape: Shape) => canvas.fill({ ...shape, inside }, FRAME - 0.001, frame);
  for (let i = 1; i < across; i++) {
    const x = x0 + ((x1 - x0) * i) / across;
    const half = i * 2 === across ? 0.0032 : 0.0018;
    bar(box(x - half, y0, x + half, y1));
  }
  for (let i = 1; i < down; i++) {
    const y = y0 + ((y1 - y0) * i) / down;
    bar(box(x0, y - 0.0018, x1, y + 0.0018));
  }
}

function paintHood(canvas: Canvas, opening: Opening, { hood }: Storey, style: FacadeStyle): void {
  const { x0, y0, x1, y1, rise } = opening;
  if (hood === 'none') return;
  if (hood === 'lintel') {
    canvas.fill(arch(x0 - 0.012, y0 - 0.022, x1 + 0.012, y0 + rise + 0.002, rise), 0.004, style.trim, 'trim');
    return;
  }
  canvas.fill(
    arch(x0 - 0.011, y0 - 0.012, x1 + 0.011, y1, rise + (rise > 0 ? 0.011 : 0)),
    0.005,
    style.trim,
    'trim',
  );
  if (hood !== 'pediment') return;
  const width = x1 - x0 + 0.044;
  const base = y0 - 0.014;
  canvas.fill(taper((x0 + x1) / 2, base - 0.034, base, 0, width), 0.012, style.trim, 'trim');
  canvas.fill(taper((x0 + x1) / 2, base - 0.024, base - 0.005, 0, width * 0.62), 0.006, style.wall);
  canvas.fill(box(x0 - 0.022, base - 0.003, x1 + 0.022, base + 0.005), 0.016, style.trim, 'trim');
}

function paintSill(canvas: Canvas, { x0, x1, y1 }: Opening, style: FacadeStyle): void {
  canvas.fill(
    box(x0 - 0.014, y1 - 0.001, x1 + 0.014, y1 + 0.0135),
    0.014,
    stone(style.kind === 'plaster' ? [0.6, 0.52, 0.42] : [0.66, 0.62, 0.55], style.grain),
    'sill',
  );
}

/** A pair of leaves folded back against the wall. */
function paintShutters(canvas: Canvas, { x0, x1, y0, y1 }: Opening, style: FacadeStyle): void {
  const width = (x1 - x0) * 0.5;
  for (const left of [x0 - width - 0.003, x1 + 0.003]) {
    const leaf = box(left, y0 - 0.004, left + width, y1 + 0.002);
    canvas.fill(leaf, 0.007, paint(style.shutter), 'shutter');
    const middle = (y0 + y1) / 2;
    const rail = 0.0055;
    canvas.fill(
      box(leaf.x0 + rail, leaf.y0 + rail, leaf.x1 - rail, middle - rail / 2),
      0.006,
      slats(style.shutter),
    );
    canvas.fill(
      box(leaf.x0 + rail, middle + rail / 2, leaf.x1 - rail, leaf.y1 - rail),
      0.006,
      slats(style.shutter),
    );
  }
}
