import { type ContractionShape, longest, sectorsOf } from './contractionShape.js';
import { pointsOf } from './countedAxes.js';
import { invocationsOf, type Tile } from './tile.js';
import { GUARANTEED, tilesFor, type WorkgroupLimits } from './tiles.js';

/*
 * WebGPU does not tell what a GPU is made of. These are an H200's, as far as they are facts; the others are those by which
 * the picks are best for the kernels of default steps of 1 and 16 images there (`node dist/bench/gpuKernels.js`).
 */

/** Units that compute. */
export const UNITS = 128;
/** Of each: multiply-adds a cycle, and registers. */
const [LANES, REGISTERS] = [128, 65_536];
/** Registers of an invocation besides its sums. */
const OTHER_REGISTERS = 24;
/** Invocations of a unit that have something to do while others wait for memory. */
const BUSY = 640;
/** Bytes a cycle and unit that come from the caches. */
const CACHE = 64;
/** The same of memory, where sums are in parts, written and read once more. No fact but fitted: an H200's moves some twenty. */
const MEMORY = 1;
/** Multiply-adds that could be done instead of reading a number from workgroup memory, and of loading an element. */
const [READ, LOAD] = [1.5, 32];
/** Cycles until a kernel of its own has begun. */
const BEGIN = 4000;

/**
 * Cycles that a contraction takes by a tile, as arithmetic has it. For each term an invocation with r × c results
 * multiplies r c times, reads r + c numbers from workgroup memory, and loads its share of the tile. Workgroups go to the
 * units in waves; a unit with few invocations waits for memory.
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
  const reads = READ * (rowsEach + columnsEach);
  const instructions = rowsEach * columnsEach + reads + (LOAD * (rows + columns)) / invocations;
  const cyclesATerm = (invocations / LANES) * instructions + (32 * loaded) / CACHE;
  const loops = pointsOf(shape.over) / pointsOf(inner) / parts;
  const terms = loops * Math.ceil(pointsOf(inner) / depth) * depth;
  const registers = invocations * (OTHER_REGISTERS + rowsEach * columnsEach);
  const resident = Math.min(waves, Math.max(1, Math.floor(REGISTERS / registers))) * invocations;
  return (waves * cyclesATerm * terms) / Math.min(1, resident / BUSY);
}

/** The tile that is taken where nothing is timed. */
export function tileByRule(shape: ContractionShape, limits: WorkgroupLimits = GUARANTEED): Tile {
  return fastest(shape, tilesFor(shape, limits), 1).tile;
}

/** Of the tiles that arithmetic has among the quickest: so many, if they take at most this, times the best, are timed. */
const [TIMED, PLAUSIBLE] = [5, 2];

/** The tiles that may turn out to be the fastest. */
export function plausibleTiles(shape: ContractionShape, limits: WorkgroupLimits = GUARANTEED): Tile[] {
  const tiles = tilesFor(shape, limits).map((tile) => ({ tile, cycles: cyclesOf(shape, tile) }));
  const [best, ...others] = tiles.sort((a, b) => a.cycles - b.cycles);
  const close = others.filter(({ cycles }) => cycles <= PLAUSIBLE * best.cycles);
  return [best, ...close.slice(0, TIMED - 1)].map(({ tile }) => tile);
}

/** A part has at least so many terms: two tiles. */
const FEWEST_TERMS = 32;
const PARTS = [1, 2, 4, 8, 16, 32, 64, 128];

/**
 * Into how many parts a contraction's sums are best split, each a matrix product of its own, which the kernel after them
 * adds up: so many that all units have work, but the parts' results, written and read once more, do not take longer.
 */
export function partsByRule(shape: ContractionShape, limits: WorkgroupLimits = GUARANTEED): number {
  const tiles = tilesFor(shape, limits);
  const results = shape.rows.points * shape.columns.points * pointsOf(shape.batch);
  const cycles = (parts: number) => {
    const adding = parts === 1 ? 0 : (8 * parts * results) / (UNITS * MEMORY) + BEGIN;
    return fastest(shape, tiles, parts).cycles + adding;
  };
  const possible = PARTS.filter((parts) => parts === 1 || shape.terms / parts >= FEWEST_TERMS);
  return possible.reduce((a, b) => (cycles(b) < cycles(a) ? b : a));
}

function fastest(shape: ContractionShape, tiles: readonly Tile[], parts: number) {
  const timed = tiles.map((tile) => ({ tile, cycles: cyclesOf(shape, tile, parts) }));
  return timed.reduce((a, b) => (b.cycles < a.cycles ? b : a));
}
