/** The classes of a label map's pixels, in the order of their numbers. */
export const FACADE_CLASSES = [
  'sky',
  'wall',
  'trim',
  'cornice',
  'pillar',
  'window',
  'shutter',
  'sill',
  'balcony',
  'door',
  'shop',
  'awning',
  'roof',
  'ground',
] as const;

export type FacadeClass = (typeof FACADE_CLASSES)[number];

/**
 * The colour of each class, 8-bit sRGB. Any two are at least 55 apart (Euclidean), so that the class survives a resize
 * and JPEG, and a network reads it from three channels without effort.
 */
export const FACADE_COLOURS: Readonly<Record<FacadeClass, readonly [r: number, g: number, b: number]>> = {
  sky: [18, 24, 84],
  wall: [38, 92, 220],
  trim: [112, 156, 248],
  cornice: [250, 214, 64],
  pillar: [150, 222, 74],
  window: [70, 214, 232],
  shutter: [24, 150, 98],
  sill: [250, 158, 190],
  balcony: [232, 62, 92],
  door: [244, 126, 32],
  shop: [142, 26, 74],
  awning: [206, 92, 222],
  roof: [104, 52, 158],
  ground: [96, 100, 112],
};
