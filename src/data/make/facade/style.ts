import type { RandomStream } from '../../../base/random/stream.js';
import type { Colour, Material } from './canvas.js';
import { between, chance, pick } from './chance.js';
import { mix, shade, srgb } from './colour.js';
import { clayTiles, standingSeams } from './finishes.js';
import { ashlar, brick, type Grain, plaster, rusticated, stone } from './masonry.js';

export type FacadeKind = 'brick' | 'plaster' | 'limestone' | 'stucco';

/**
 * How a building looks. The kind also decides which parts it has (plan.ts): shutters go with plaster, pillars and a
 * mansard roof with limestone, quoins with brick, pediments with stucco. So a label map tells the material, and what
 * it does not tell (this red or that one) varies little.
 */
export interface FacadeStyle {
  readonly kind: FacadeKind;
  readonly wall: Material;
  readonly base: Material;
  readonly trim: Material;
  readonly roof: Material;
  readonly frame: Colour;
  readonly door: Colour;
  readonly shutter: Colour;
  readonly iron: Colour;
  readonly shopfront: Colour;
  readonly awning: readonly [Colour, Colour];
  readonly fabric: Colour;
  readonly grain: Grain;
}

const WHITE = srgb(244, 241, 232);
const MORTAR = srgb(196, 182, 164);

export function chooseStyle(stream: RandomStream): FacadeStyle {
  const kind = pick(stream, ['brick', 'plaster', 'limestone', 'stucco'] as const);
  const grain = { x: stream.integer(256), y: stream.integer(256), salt: stream.integer(0x10000) };
  const brightness = between(stream, 0.9, 1.1);
  const common = {
    kind,
    grain,
    iron: srgb(34, 36, 40),
    shopfront: pick(stream, [srgb(28, 62, 52), srgb(96, 30, 34), srgb(30, 44, 74), srgb(52, 40, 34)]),
    awning: pick(stream, [
      [srgb(176, 44, 40), WHITE],
      [srgb(40, 96, 76), WHITE],
      [srgb(44, 74, 128), WHITE],
    ] as const),
    fabric: mix(srgb(238, 230, 212), srgb(226, 206, 176), stream.uniform()),
    door: pick(stream, [srgb(40, 74, 60), srgb(108, 40, 36), srgb(38, 56, 88), srgb(104, 66, 38)]),
    shutter: pick(stream, [srgb(60, 110, 88), srgb(58, 112, 100), srgb(72, 104, 120)]),
  };
  return { ...common, ...surfaces(kind, stream, brightness, grain) };
}

type Surfaces = Pick<FacadeStyle, 'wall' | 'base' | 'trim' | 'roof' | 'frame'>;

function surfaces(kind: FacadeKind, stream: RandomStream, brightness: number, grain: Grain): Surfaces {
  switch (kind) {
    case 'brick': {
      const clay = shade(mix(srgb(164, 78, 56), srgb(146, 84, 64), stream.uniform()), brightness);
      return {
        wall: brick(clay, MORTAR, grain),
        base: chance(stream, 0.4)
          ? stone(srgb(204, 194, 176), grain)
          : brick(shade(clay, 0.8), MORTAR, grain),
        trim: stone(srgb(226, 216, 196), grain),
        roof: standingSeams(srgb(96, 98, 106), grain),
        frame: WHITE,
      };
    }
    case 'plaster': {
      const ochre = shade(mix(srgb(232, 182, 112), srgb(226, 152, 112), stream.uniform()), brightness);
      return {
        wall: plaster(ochre, grain, 0.42),
        base: plaster(shade(ochre, 0.72), grain, 0.5),
        trim: stone(srgb(240, 226, 202), grain),
        roof: clayTiles(srgb(196, 104, 68), grain),
        frame: srgb(206, 188, 160),
      };
    }
    case 'limestone': {
      const cream = shade(srgb(224, 208, 178), brightness);
      return {
        wall: ashlar(cream, shade(cream, 0.62), grain),
        base: rusticated(shade(cream, 0.9), grain),
        trim: stone(shade(cream, 1.1), grain),
        roof: standingSeams(srgb(108, 122, 138), grain),
        frame: srgb(232, 230, 222),
      };
    }
    case 'stucco': {
      const pastel = pick(stream, [
        srgb(192, 210, 188),
        srgb(184, 202, 216),
        srgb(234, 216, 164),
        srgb(226, 190, 180),
      ]);
      return {
        wall: plaster(shade(pastel, brightness), grain, 0.2),
        base: rusticated(shade(pastel, 0.8 * brightness), grain),
        trim: stone(WHITE, grain),
        roof: clayTiles(srgb(160, 78, 60), grain),
        frame: WHITE,
      };
    }
  }
}
