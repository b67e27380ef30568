import { type ContractionShape, longest, sectorsOf } from './contractionShape.js';
import { pointsOf } from './countedAxes.js';
import { invocationsOf, type Tile } from './tile.js';
import { GUARANTEED, tilesFor, type WorkgroupLimits } from './tiles.js';

/** Compute units of a GPU, about the middle of what there is: 20 in a laptop, 132 in an H200. WebGPU does not tell. */
const UNITS = 64;
/** Multiply-adds of a unit in a cycle. */
const LANES = 128;
/** Invocations that a unit has at once, and those it needs to have something to do while others wait for memory. */
const [RESIDENT, BUSY] = [1024, 512];
/** Bytes a cycle and unit, of memory and of the caches. */
const [MEMORY, CACHE] = [16, 64];
/** Instructions to load an element: two sums, a comparison, two selections, the load, and its share of the indices. */
const LOAD = 10;

/**
 * Cycles that a contraction takes by a tile, as arithmetic has it. For each term an invocation with r × c results
 * multiplies r c times, reads r + c numbers from workgroup memory, which has half the rate of arithmetic, and loads its
 * share of the tile. Workgroups go to the units in waves; a unit with few invocations waits for memory.
 *
 * @param parts into which the sums are split: as many matrix products, each with fewer terms
 */
export function cyclesOf(shape: ContractionShape, tile: Tile, parts = 1): number {
  const { rows, columns, rowsEach, columnsEach, depth, nested } = tile;
  const invocations = invocationsOf(tile);
  const tiles = Math.ceil(shape.rows.points / rows) * Math.ceil(shape.columns.points / columns);
  const waves = Math.ceil((tiles * pointsOf(shape.batch) * parts) / UNITS);
  const inner = nested ? [longest(shape.over)] : shape.over;
  const loaded = sectorsOf(shape.rows, rows, inner, depth) + sectorsOf(shape.columns, columns, inner, depth);
  const reads = 2 * (rowsEach + columnsEach);
  const instructions = rowsEach * columnsEach + reads + (LOAD * (rows + columns)) / invocations;
  const cyclesATerm = (invocations / LANES) * instructions + (32 * loaded) / CACHE;
  const loops = pointsOf(shape.over) / pointsOf(inner) / parts;
  const terms = loops * Math.ceil(pointsOf(inner) / depth) * depth;
  const resident = Math.min(waves, Math.floor(RESIDENT / invocations)) * invocations;
  return (waves * cyclesATerm * terms) / Math.min(1, resident / BUSY);
}

/** The tile that is taken where nothing is timed. */
export function tileByRule(shape: ContractionShape, limits: WorkgroupLimits = GUARANTEED): Tile {
  return fastest(shape, tilesFor(shape, limits), 1).tile;
}

/** Of the tiles that arithmetic has among the quickest: so many, if they take at most this, times the best, are timed. */
const [TIMED, PLAUSIBLE] = [10, 2];

/** The tiles that may turn out to be the fastest. */
export function plausibleTiles(shape: ContractionShape, limits: WorkgroupLimits = GUARANTEED): Tile[] {
  const tiles = tilesFor(shape, limits).map((tile) => ({ tile, cycles: cyclesOf(shape, tile) }));
  const [best, ...others] = tiles.sort((a, b) => a.cycles - b.cycles);
  const close = others.filter(({ cycles }) => cycles <= PLAUSIBLE * best.cycles);
  return [best, ...close.slice(0, TIMED - 1)].map(({ tile }) => tile);
}

/** A part has at least so many terms: two tiles. */
const FEWEST_TERMS = 32;
const PARTS = [1, 2, 4, 8, 16, 32, 64];

/**
 * Into how many parts a contraction's sums are best split, each a matrix product of its own, which the kernel after them
 * adds up: so many that all units have work, but the parts' results, written and read once more, do not take longer.
 */
export function partsByRule(shape: ContractionShape, limits: WorkgroupLimits = GUARANTEED): number {
  const tiles = tilesFor(shape, limits);
  const results = shape.rows.points * shape.columns.points * pointsOf(shape.batch);
  const cycles = (parts: number) => {
    const adding = parts === 1 ? 0 : (8 * parts * results) / (UNITS * MEMORY);
    return fastest(shape, tiles, parts).cycles + adding;
  };
  const possible = PARTS.filter((parts) => parts === 1 || shape.terms / parts >= FEWEST_TERMS);
  return possible.reduce((a, b) => (cycles(b) < cycles(a) ? b : a));
}

function fastest(shape: ContractionShape, tiles: readonly Tile[], parts: number) {
  const timed = tiles.map((tile) => ({ tile, cycles: cyclesOf(shape, tile, parts) }));
  return timed.reduce((a, b) => (b.cycles < a.cycles ? b : a));
}
