import type { Colour, Material } from './canvas.js';
import { blend, srgb } from './colour.js';
import { type Grain, write } from './masonry.js';
import { cellNoise, fractalNoise, smooth } from './noise.js';

/** One colour with a little grit: paint, iron, sign boards. */
export function paint(colour: Colour, grit = 0.06): Material {
  return {
    finish: 'matte',
    paint(x, y, texel) {
      write(texel, colour, 1 + grit * (fractalNoise(x * 500, y * 500) - 0.5));
    },
  };
}

/** Louvred shutters: slats that catch the light above and shade below, in a plain frame. */
export function slats(colour: Colour, pitch = 0.0085): Material {
  return {
    finish: 'matte',
    paint(x, y, texel) {
      const phase = y / pitch - Math.floor(y / pitch);
      const faded = fractalNoise(x * 90, y * 30 + 40) - 0.5;
      write(texel, colour, (1.12 - 0.5 * phase) * (1 + 0.25 * faded), -0.002 * phase);
    },
  };
}

/** Clay roof tiles in columns of half round ridges. */
export function clayTiles(colour: Colour, grain: Grain): Material {
  const [width, course] = [0.02, 0.02];
  return {
    finish: 'matte',
    paint(x, y, texel) {
      const column = Math.floor(x / width);
      const row = Math.floor(y / course);
      const across = x / width - column - 0.5;
      const down = y / course - row;
      const own = cellNoise(column, row, grain.salt) - 0.5;
      const patch = fractalNoise(x * 60 + grain.x, y * 60 + grain.y) - 0.5;
      const round = Math.sqrt(Math.max(0, 1 - 4 * across * across));
      write(
        texel,
        colour,
        (0.55 + 0.5 * round) * (0.8 + 0.3 * down) * (1 + 0.4 * own + 0.4 * patch),
        0.007 * round,
      );
    },
  };
}

/** Zinc or slate sheets with standing seams. */
export function standingSeams(colour: Colour, grain: Grain): Material {
  const width = 0.042;
  return {
    finish: 'matte',
    paint(x, y, texel) {
      const column = Math.floor(x / width);
      const across = x / width - column;
      const own = cellNoise(column, 7, grain.salt) - 0.5;
      const streak = fractalNoise(x * 200 + grain.x, y * 12 + grain.y) - 0.5;
      const seam = across < 0.09;
      write(texel, colour, (seam ? 1.25 : 1) * (1 + 0.16 * own + 0.35 * streak), seam ? 0.004 : 0);
    },
  };
}

/** A clear sky, deeper above, with thin clouds. */
export function sky(cloudiness: number, grain: Grain): Material {
  const zenith = srgb(88, 146, 214);
  const horizon = srgb(196, 220, 238);
  const cloud = srgb(250, 250, 250);
  return {
    finish: 'sky',
    paint(x, y, texel) {
      const density = fractalNoise(x * 34 + grain.x, y * 70 + grain.y) - 0.62 + 0.12 * cloudiness;
      write(texel, zenith, 1);
      blend(texel, horizon, Math.min(1, y * 3.2));
      blend(texel, cloud, smooth(Math.min(1, Math.max(0, density * 3.4))));
    },
  };
}

/** The interior behind a pane, all in shares of the opening. */
export interface Interior {
  readonly curtains: number;
  readonly blind: number;
  readonly warmth: number;
  readonly fabric: Colour;
}

const DARK_ROOM = srgb(30, 36, 44);
const WARM_ROOM = srgb(236, 190, 120);
const REFLECTED_SKY = srgb(178, 206, 230);
const REFLECTED_STREET = srgb(92, 94, 96);

/** Panes over the box from (x0, y0) to (x1, y1): a room, its curtains, and the sky and the street reflected. */
export function glass(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  room: Interior,
  grain: Grain,
): Material {
  return {
    finish: 'glass',
    paint(x, y, texel) {
      const u = (x - x0) / (x1 - x0);
      const v = (y - y0) / (y1 - y0);
      const fromSide = Math.min(u, 1 - u);
      write(texel, DARK_ROOM, 1);
      blend(texel, WARM_ROOM, room.warmth * (0.5 + 0.5 * fractalNoise(x * 90, y * 90 + grain.y)));
      if (v < room.blind) blend(texel, room.fabric, 0.8 - 0.12 * Math.cos(y * 900));
      else if (fromSide < room.curtains * (1 - 0.35 * smooth(v))) {
        blend(texel, room.fabric, 0.62 + 0.25 * Math.sin(u * 46));
      }
      // The skyline opposite, mirrored: sky above it, houses below, bent a little by the old panes.
      const skyline = 0.5 + 0.4 * (fractalNoise(x * 40 + grain.x, grain.y) - 0.5) - 0.25 * u;
      const skyShare = smooth(Math.min(1, Math.max(0, (skyline - v) * 4 + 0.5)));
      const ripple = fractalNoise(x * 60 + grain.y, y * 60 + grain.x) - 0.2;
      const strength = 0.2 + 0.42 * skyShare * (0.6 + 0.8 * ripple);
      blend(texel, REFLECTED_STREET, strength * (1 - skyShare));
      blend(texel, REFLECTED_SKY, strength * skyShare);
    },
  };
}
