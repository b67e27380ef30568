import type { Colour, Material, Texel } from './canvas.js';
import { cellNoise, fractalNoise } from './noise.js';

/** Where an image looks up the shared noise, so that no two walls have the same stains. */
export interface Grain {
  readonly x: number;
  readonly y: number;
  readonly salt: number;
}

export function write(texel: Texel, colour: Colour, factor: number, relief = 0): void {
  texel[0] = colour[0] * factor;
  texel[1] = colour[1] * factor;
  texel[2] = colour[2] * factor;
  texel[3] = relief;
}

/** Rendered plaster: broad faded patches, fine grit. */
export function plaster(colour: Colour, grain: Grain, wear = 0.3): Material {
  return {
    finish: 'matte',
    paint(x, y, texel) {
      const patch = fractalNoise(x * 44 + grain.x, y * 60 + grain.y) - 0.5;
      const grit = fractalNoise(x * 620 + grain.y, y * 620 + grain.x) - 0.5;
      write(texel, colour, 1 + wear * patch + 0.09 * grit, 0.0006 * grit);
    },
  };
}

interface Bond {
  readonly width: number;
  readonly course: number;
  readonly joint: number;
  readonly relief: number;
  /** How much the blocks differ in brightness. */
  readonly spread: number;
}

/** Blocks laid in courses, each row moved by half a block: brick and cut stone differ in numbers alone. */
function bonded(colour: Colour, joints: Colour, bond: Bond, grain: Grain): Material {
  return {
    finish: 'matte',
    paint(x, y, texel) {
      const row = Math.floor(y / bond.course);
      const along = x / bond.width + (row & 1) * 0.5;
      const column = Math.floor(along);
      const inRow = y - row * bond.course;
      const inBlock = (along - column) * bond.width;
      const patch = fractalNoise(x * 50 + grain.x, y * 50 + grain.y) - 0.5;
      if (inRow < bond.joint || inBlock < bond.joint) {
        write(texel, joints, 1 + 0.25 * patch, -bond.relief);
        return;
      }
      const own = cellNoise(column, row, grain.salt) - 0.5;
      const grit = fractalNoise(x * 700 + grain.y, y * 700 + grain.x) - 0.5;
      write(texel, colour, 1 + bond.spread * own + 0.22 * patch + 0.12 * grit, 0.0004 * grit);
      // A few blocks were fired hotter or come from another quarry: shift the hue as well.
      const hue = (cellNoise(row, column, grain.salt + 1) - 0.5) * bond.spread * 0.3;
      texel[0] *= 1 + hue;
      texel[2] *= 1 - hue;
    },
  };
}

export function brick(colour: Colour, joints: Colour, grain: Grain): Material {
  return bonded(
    colour,
    joints,
    { width: 0.031, course: 0.0122, joint: 0.0024, relief: 0.0009, spread: 0.46 },
    grain,
  );
}

export function ashlar(colour: Colour, joints: Colour, grain: Grain): Material {
  return bonded(
    colour,
    joints,
    { width: 0.1, course: 0.042, joint: 0.003, relief: 0.0016, spread: 0.13 },
    grain,
  );
}

/** Stone with deep joints between the courses alone, as on ground floors meant to look strong. */
export function rusticated(colour: Colour, grain: Grain): Material {
  const courses = 0.036;
  return {
    finish: 'matte',
    paint(x, y, texel) {
      const inRow = (y / courses - Math.floor(y / courses)) * courses;
      const patch = fractalNoise(x * 60 + grain.x, y * 60 + grain.y) - 0.5;
      const grit = fractalNoise(x * 620 + grain.y, y * 620 + grain.x) - 0.5;
      const deep = inRow < 0.006;
      write(texel, colour, (deep ? 0.72 : 1) + 0.2 * patch + 0.08 * grit, deep ? -0.005 : 0);
    },
  };
}

/** Dressed stone without joints, for sills, lintels and mouldings. */
export function stone(colour: Colour, grain: Grain): Material {
  return plaster(colour, grain, 0.16);
}

/** Pavement slabs. */
export function pavement(colour: Colour, grain: Grain): Material {
  return {
    finish: 'matte',
    paint(x, y, texel) {
      const slab = Math.floor(x / 0.085);
      const joint = x / 0.085 - slab < 0.03 ? 0.75 : 1;
      const patch = fractalNoise(x * 60 + grain.x, y * 160 + grain.y) - 0.5;
      const grit = fractalNoise(x * 640 + grain.y, y * 640 + grain.x) - 0.5;
      write(
        texel,
        colour,
        joint * (1 + 0.16 * (cellNoise(slab, 3, grain.salt) - 0.5) + 0.3 * patch + 0.2 * grit),
      );
    },
  };
}
