import type { RandomStream } from '../../../base/random/stream.js';
import { between, chance, pick } from './chance.js';
import type { FacadeKind } from './style.js';

/** A hole in the wall and what belongs to it. Lengths are shares of the image, y down. */
export interface Opening {
  readonly kind: 'window' | 'door' | 'shop';
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  /** Height of the arch above the springing; 0 is a flat top. */
  readonly rise: number;
  readonly balcony: boolean;
  readonly awning: boolean;
}

export interface Storey {
  readonly top: number;
  readonly bottom: number;
  readonly ground: boolean;
  readonly openings: readonly Opening[];
  readonly hood: 'none' | 'lintel' | 'surround' | 'pediment';
  readonly shutters: boolean;
  readonly sills: boolean;
  /** Panes across and down. */
  readonly panes: readonly [number, number];
  /** A balcony along the whole storey; those of single windows are in `openings`. */
  readonly gallery: boolean;
  /** A moulding along the foot of the storey. */
  readonly band: boolean;
}

export interface FacadePlan {
  readonly left: number;
  readonly right: number;
  /** Where the sky ends, the wall begins, the wall ends. */
  readonly skyline: number;
  readonly eaves: number;
  readonly foot: number;
  readonly roof: 'parapet' | 'slope' | 'mansard';
  readonly bays: number;
  readonly storeys: readonly Storey[];
  readonly quoins: boolean;
  readonly pillars: boolean;
  readonly dormers: boolean;
  readonly cloudiness: number;
}

/** Draws the geometry of a building of this kind: proportions, storeys and openings, without colours and materials. */
export function planFacade(stream: RandomStream, kind: FacadeKind): FacadePlan {
  const outline = planOutline(stream, kind);
  const bays = pick(stream, kind === 'plaster' ? [3, 3, 4] : [3, 3, 4, 4, 5]);
  const upper = pick(stream, bays >= 4 ? [2, 3, 3, 4] : [2, 2, 3, 3]);
  const edges = storeyEdges(stream, outline.eaves, outline.foot, upper);
  const habits = planHabits(stream, kind, bays);
  const storeys = edges.slice(0, -1).map((top, i) => {
    const ground = i === upper;
    const extent = { ...outline, top, bottom: edges[i + 1], bays };
    return ground
      ? planGround(stream, extent, kind, habits)
      : planUpper(stream, extent, i, upper, kind, habits);
  });
  return { ...outline, bays, storeys, pillars: habits.pillars };
}

function planOutline(stream: RandomStream, kind: FacadeKind) {
  const roof = kind === 'limestone' ? 'mansard' : kind === 'brick' ? 'parapet' : 'slope';
  const skyline = between(stream, 0.04, 0.09);
  const rise = { mansard: between(stream, 0.11, 0.15), slope: between(stream, 0.05, 0.085), parapet: 0 }[
    roof
  ];
  return {
    roof,
    skyline,
    eaves: skyline + rise,
    foot: 1 - between(stream, 0.035, 0.06),
    left: chance(stream, 0.3) ? between(stream, 0.03, 0.09) : -0.02,
    right: chance(stream, 0.3) ? 1 - between(stream, 0.03, 0.09) : 1.02,
    quoins: kind === 'brick' && chance(stream, 0.6),
    dormers: kind === 'limestone' && chance(stream, 0.8),
    cloudiness: stream.uniform(),
  } as const;
}

/** Ground floor higher than the rest, the top one lower. */
function storeyEdges(stream: RandomStream, eaves: number, foot: number, upper: number): number[] {
  const shares = Array.from({ length: upper }, (_, i) => (i === 0 ? between(stream, 0.8, 0.95) : 1));
  shares.push(between(stream, 1.15, 1.4));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const edges = [eaves];
  for (const share of shares) edges.push(edges[edges.length - 1] + ((foot - eaves) * share) / total);
  return edges;
}

/** Panes across and down that windows of a kind may have. */
const PANES: Readonly<Record<FacadeKind, readonly (readonly [number, number])[]>> = {
  brick: [
    [2, 2],
    [2, 4],
    [3, 4],
  ],
  plaster: [
    [2, 2],
    [2, 3],
  ],
  limestone: [
    [2, 2],
    [2, 3],
  ],
  stucco: [
    [2, 2],
    [2, 3],
  ],
};

/** The proportions that all storeys of one building share. */
function planHabits(stream: RandomStream, kind: FacadeKind, bays: number) {
  return {
    /** Greatest width of a window, as a share of its storey's height. */
    slenderness: between(stream, 0.45, 0.54),
    /** The same, as a share of its bay. */
    width: kind === 'plaster' ? between(stream, 0.36, 0.42) : between(stream, 0.44, 0.56),
    rise: kind === 'brick' ? pick(stream, [0, 0, 0.014]) : kind === 'stucco' ? pick(stream, [0, 0, 0.03]) : 0,
    panes: pick(stream, PANES[kind]),
    pillars: kind === 'limestone' && bays <= 4 && chance(stream, 0.6),
    shops: chance(stream, 0.6),
    galleryAt: kind === 'limestone' ? stream.integer(2) : -1,
    balconies: pick(stream, ['none', 'all', 'middle', 'outer'] as const),
    bands: chance(stream, kind === 'plaster' ? 0.3 : 0.75),
    middleDoor: stream.integer(bays),
  };
}

type Habits = ReturnType<typeof planHabits>;
type Extent = Pick<FacadePlan, 'left' | 'right' | 'bays'> & { readonly top: number; readonly bottom: number };

/** The middle of bay `i` and the width of one. */
export function bayAt({ left, right, bays }: Pick<FacadePlan, 'left' | 'right' | 'bays'>, i: number) {
  const width = (right - left) / bays;
  return { middle: left + width * (i + 0.5), width };
}

function planUpper(
  stream: RandomStream,
  extent: Extent,
  level: number,
  upper: number,
  kind: FacadeKind,
  habits: Habits,
): Storey {
  const { top, bottom, bays } = extent;
  const tall = bottom - top;
  const gallery = level === habits.galleryAt;
  const noble = level === upper - 1;
  const hasBalcony = (bay: number) => {
    if (gallery || kind === 'brick' || !noble) return false;
    const outer = bay === 0 || bay === bays - 1;
    return { none: false, all: true, middle: !outer, outer }[habits.balconies];
  };
  const openings = Array.from({ length: bays }, (_, bay): Opening => {
    const { middle, width } = bayAt(extent, bay);
    const half = Math.min(width * habits.width, tall * habits.slenderness) / 2;
    const balcony = hasBalcony(bay);
    const y1 = balcony || gallery ? bottom - 0.012 : bottom - 0.17 * tall;
    const y0 = top + 0.22 * tall;
    return {
      kind: 'window',
      x0: middle - half,
      x1: middle + half,
      y0,
      y1,
      rise: habits.rise,
      balcony,
      awning: false,
    };
  });
  const hoods = {
    brick: 'lintel',
    plaster: 'none',
    limestone: 'surround',
    stucco: noble ? 'pediment' : 'surround',
  } as const;
  return {
    top,
    bottom,
    ground: false,
    openings,
    hood: hoods[kind],
    shutters: kind === 'plaster',
    sills: kind !== 'plaster' || chance(stream, 0.5),
    panes: habits.panes,
    gallery,
    band: noble || habits.bands,
  };
}

function planGround(stream: RandomStream, extent: Extent, kind: FacadeKind, habits: Habits): Storey {
  const { top, bottom, bays } = extent;
  const tall = bottom - top;
  const openings = Array.from({ length: bays }, (_, bay): Opening => {
    const { middle, width } = bayAt(extent, bay);
    const common = { balcony: false, awning: false, rise: 0 };
    if (bay === habits.middleDoor) {
      const half = Math.min(0.065, width * 0.26);
      const rise = kind === 'brick' ? 0 : half * 0.9;
      return {
        ...common,
        kind: 'door',
        x0: middle - half,
        x1: middle + half,
        y0: top + 0.2 * tall,
        y1: bottom,
        rise,
      };
    }
    if (habits.shops) {
      const half = width * 0.43;
      const awning = chance(stream, 0.6);
      return {
        ...common,
        kind: 'shop',
        x0: middle - half,
        x1: middle + half,
        y0: top + 0.1 * tall,
        y1: bottom,
        awning,
      };
    }
    const half = Math.min(width * habits.width, tall * habits.slenderness) / 2;
    const y1 = bottom - 0.24 * tall;
    return {
      ...common,
      kind: 'window',
      x0: middle - half,
      x1: middle + half,
      y0: top + 0.22 * tall,
      y1,
      rise: habits.rise,
    };
  });
  return {
    top,
    bottom,
    ground: true,
    openings,
    hood: kind === 'brick' ? 'lintel' : 'none',
    shutters: false,
    sills: true,
    panes: habits.panes,
    gallery: false,
    band: false,
  };
}
