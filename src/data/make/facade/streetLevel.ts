import type { RandomStream } from '../../../base/random/stream.js';
import type { Canvas, Colour, Material } from './canvas.js';
import { between } from './chance.js';
import { blend, mix, shade, srgb } from './colour.js';
import { glass, paint } from './finishes.js';
import { write } from './masonry.js';
import { cellNoise } from './noise.js';
import type { Opening } from './plan.js';
import { arch, box, inset } from './shapes.js';
import type { FacadeStyle } from './style.js';
import { furnish, openingShape } from './windows.js';

/** A two-leaved door with panels below a fanlight. */
export function paintDoor(canvas: Canvas, stream: RandomStream, opening: Opening, style: FacadeStyle): void {
  const { x0, y0, x1, y1, rise } = opening;
  canvas.fill(
    arch(x0 - 0.014, y0 - 0.015, x1 + 0.014, y1, rise > 0 ? rise + 0.014 : 0),
    0.007,
    style.trim,
    'trim',
  );
  canvas.fill(openingShape(opening), -0.014, paint(style.door), 'door');
  const lightBottom = y0 + Math.max(rise, 0.034);
  const fanlight = {
    ...box(x0 + 0.008, y0 + 0.008, x1 - 0.008, lightBottom),
    inside: arch(x0 + 0.008, y0 + 0.008, x1 - 0.008, y1, rise * 0.9).inside,
  };
  canvas.fill(fanlight, -0.018, glass(x0, y0, x1, lightBottom, furnish(stream, style), style.grain));
  const middle = (x0 + x1) / 2;
  canvas.fill(
    box(middle - 0.0015, lightBottom + 0.006, middle + 0.0015, y1),
    -0.018,
    paint(shade(style.door, 0.5)),
  );
  for (const [left, right] of [
    [x0 + 0.01, middle - 0.007],
    [middle + 0.007, x1 - 0.01],
  ]) {
    const top = lightBottom + 0.016;
    const split = top + (y1 - top) * 0.62;
    for (const panel of [box(left, top, right, split), box(left, split + 0.01, right, y1 - 0.014)]) {
      canvas.fill(panel, -0.018, paint(shade(style.door, 0.78)));
      canvas.fill(inset(panel, 0.006), -0.0155, paint(shade(style.door, 1.1)));
    }
  }
  canvas.fill(
    box(middle + 0.003, (lightBottom + y1) / 2, middle + 0.008, (lightBottom + y1) / 2 + 0.007),
    -0.01,
    paint(srgb(206, 168, 84)),
  );
}

/** A shop: sign board, windows with goods, stall riser. */
export function paintShop(canvas: Canvas, stream: RandomStream, opening: Opening, style: FacadeStyle): void {
  const { x0, y0, x1, y1 } = opening;
  const board = y0 + 0.036;
  canvas.fill(box(x0, y0, x1, y1), 0.006, paint(style.shopfront), 'shop');
  canvas.fill(
    box(x0 - 0.003, y0 - 0.004, x1 + 0.003, y0 + 0.003),
    0.016,
    paint(shade(style.shopfront, 1.5)),
    'shop',
  );
  paintLettering(canvas, stream, box(x0, y0 + 0.006, x1, board - 0.004), style);
  const panes = x1 - x0 > 0.2 ? 3 : 2;
  const top = board + 0.008;
  const bottom = y1 - 0.03;
  const room = { curtains: 0, blind: 0, warmth: between(stream, 0.45, 0.7), fabric: style.fabric };
  const display = goods(glass(x0, top, x1, bottom, room, style.grain), x0, top, bottom, style.grain.salt);
  for (let i = 0; i < panes; i++) {
    const width = (x1 - x0 - 0.01) / panes;
    const left = x0 + 0.005 + width * i;
    canvas.fill(box(left + 0.004, top, left + width - 0.004, bottom), -0.012, display);
  }
  canvas.fill(
    inset(box(x0 + 0.004, bottom + 0.004, x1 - 0.004, y1), 0.004),
    0.004,
    paint(shade(style.shopfront, 0.7)),
  );
}

/** Strokes of uneven length in place of a name: no font, nothing to read. */
function paintLettering(
  canvas: Canvas,
  stream: RandomStream,
  { x0, x1, y0, y1 }: Opening | ReturnType<typeof box>,
  style: FacadeStyle,
): void {
  const gold = paint(mix(srgb(232, 204, 140), style.shopfront, 0.1));
  const width = (x1 - x0) * between(stream, 0.4, 0.66);
  let x = (x0 + x1 - width) / 2;
  const end = x + width;
  while (x < end) {
    const letter = between(stream, 0.005, 0.011);
    const drop = between(stream, 0, 0.3) * (y1 - y0);
    canvas.fill(box(x, y0 + 0.004 + drop * 0.4, Math.min(end, x + letter), y1 - 0.003), 0.008, gold);
    x += letter + 0.0045;
  }
}

const BLACK = srgb(0, 0, 0);

/** Things on shelves behind the pane: columns of different height and colour. */
function goods(pane: Material, x0: number, top: number, bottom: number, salt: number): Material {
  const hues: readonly Colour[] = [
    srgb(150, 60, 50),
    srgb(60, 96, 120),
    srgb(214, 178, 96),
    srgb(84, 110, 70),
    srgb(220, 210, 196),
  ];
  return {
    finish: 'glass',
    paint(x, y, texel) {
      pane.paint(x, y, texel);
      const shelf = Math.floor(((y - top) / (bottom - top)) * 2.001);
      const floor = top + ((bottom - top) * (shelf + 1)) / 2;
      const column = Math.floor((x - x0) / 0.013);
      const tall = 0.006 + 0.026 * cellNoise(column, shelf, salt);
      if (floor - y < 0.003) blend(texel, BLACK, 0.55);
      else if (floor - y < tall && cellNoise(column, shelf, salt + 1) > 0.25) {
        const hue = hues[Math.floor(cellNoise(column, shelf, salt + 2) * hues.length)];
        blend(texel, hue, 0.66);
      }
    },
  };
}

/** A striped awning, leaning out from under the sign board, with a scalloped edge. */
export function paintAwning(canvas: Canvas, opening: Opening, style: FacadeStyle): void {
  const { x0, x1 } = opening;
  const y0 = opening.y0 + 0.036;
  const y1 = y0 + 0.062;
  const stripe = (x1 - x0) / 9;
  const cloth: Material = {
    finish: 'matte',
    paint(x, y, texel) {
      const down = (y - y0) / (y1 - y0);
      const colour = style.awning[Math.floor((x - x0) / stripe + 100) & 1];
      write(texel, colour, down > 0.8 ? 0.78 : 1.06 - 0.16 * down, down > 0.8 ? 0.056 : 0.012 + 0.055 * down);
    },
  };
  const scallops = {
    ...box(x0 - 0.004, y0, x1 + 0.004, y1),
    inside: (x: number, y: number) =>
      y < y1 - 0.007 * (1 - Math.abs(Math.sin(((x - x0) / stripe) * Math.PI))),
  };
  canvas.fill(scallops, 0, cloth, 'awning');
}
