import type { Tensor } from '../../ir/loopForm.js';
import { formatType } from '../../ir/tensorType.js';
import type { Kernel } from '../../loops/kernel.js';
import { formatKernel } from '../../loops/print.js';
import { type Choice, ChoiceTuner } from '../../runtime/choiceTuner.js';
import type { DecidedAlgorithms, TunedChoicesStore } from '../../runtime/tunedChoices.js';
import type { Gpu } from './gpu.js';
import { compileTiles, timeTiles } from './kernelTiming.js';
import { type ContractionShape, contractionShape } from './shaders/contractionShape.js';
import { pointsOf } from './shaders/countedAxes.js';
import { matrixTilesByRule, matrixTilesFor, smallMatrixTile } from './shaders/matrixTiles.js';
import { type Tile, tileName } from './shaders/tile.js';
import { plausibleTiles, tileByRule } from './shaders/tileRules.js';
import { smallTile, tilesFor } from './shaders/tiles.js';
import { tensorsOf } from './sharedBindings.js';
import { distancesOf, MOST_APART } from './tileComparison.js';

/** Contractions of fewer products are quick by any tile: the rule decides, and nothing is timed. */
const WORTH_TIMING = 2 ** 24;
/** Tiles of matrices that are timed besides ordinary ones. */
const TIMED_MATRICES = 4;

interface KernelTilesSettings {
  readonly gpu: Gpu;
  /** Of the adapter. */
  readonly fingerprint: string;
  /** Keeps times between processes; without it nothing is timed, and the rule decides. */
  readonly store?: TunedChoicesStore;
  /** Whether the adapter is software: then the tile is small, which compiles quickly, and nothing is timed. */
  readonly isSoftware: boolean;
  /** Products that a contraction must have to be timed. */
  readonly worthTiming?: number;
  /** Milliseconds of a kernel by tiles; tests have times of their own. */
  readonly time?: typeof timeTiles;
  readonly compile?: typeof compileTiles;
  readonly compare?: typeof distancesOf;
}

/** By which tile each contraction is computed on an adapter: the fastest, timed once for each shape, or the rule's. */
export class KernelTiles {
  private readonly tuner: ChoiceTuner;
  private readonly choices = new WeakMap<Kernel, Choice | undefined>();
  /** Those whose tiles of matrices the GPU does not compile. */
  private readonly refused = new WeakSet<Kernel>();

  constructor(private readonly settings: KernelTilesSettings) {
    const { fingerprint, store, isSoftware } = settings;
    this.tuner = new ChoiceTuner({ fingerprint, store: isSoftware ? undefined : store });
  }

  /** The tiles of all kernels so far. */
  get decided(): DecidedAlgorithms {
    return this.tuner.decided;
  }

  /** Decides as before, ahead of programs. */
  restore(decided: DecidedAlgorithms): void {
    this.tuner.restore(decided);
  }

  /** Times the tiles of kernels whose times are not known. @param announce is told how many those are */
  async prepare(kernels: readonly Kernel[], announce?: (kernels: number) => void): Promise<void> {
    const choices = kernels.flatMap((kernel) => this.choiceOf(kernel) ?? []);
    await this.tuner.prepare(choices, announce);
  }

  /** The tile of a kernel, from now on; none where it is no contraction of matrices. */
  tileOf(kernel: Kernel): Tile | undefined {
    const choice = this.choiceOf(kernel);
    if (choice === undefined) return undefined;
    const name = this.tuner.decide(choice);
    return this.tilesOf(contractionShape(kernel)!).find((tile) => tileName(tile) === name);
  }

  private choiceOf(kernel: Kernel): Choice | undefined {
    if (this.choices.has(kernel)) return this.choices.get(kernel);
    const shape = contractionShape(kernel);
    const choice = shape && this.choiceBetween(kernel, shape);
    this.choices.set(kernel, choice);
    return choice;
  }

  private choiceBetween(kernel: Kernel, shape: ContractionShape): Choice {
    const { gpu, worthTiming = WORTH_TIMING } = this.settings;
    const { time = timeTiles } = this.settings;
    const { rows, columns, batch, terms } = shape;
    const tiles = this.tilesOf(shape);
    const named = (names: readonly string[]) => tiles.filter((tile) => names.includes(tileName(tile)));
    const isWorthTiming = rows.points * columns.points * pointsOf(batch) * terms >= worthTiming;
    return {
      key: keyOf(kernel),
      options: tiles.map(tileName),
      ruled: () => tileName(this.ruled(shape)),
      plausible: () => (isWorthTiming ? this.plausible(shape).map(tileName) : []),
      ready: (names) => this.compile(kernel, named(names)),
      time: async (names) => time(gpu, kernel, await this.trusted(kernel, named(names))),
    };
  }

  private tilesOf(shape: ContractionShape): Tile[] {
    return [...tilesFor(shape, this.settings.gpu.workgroupLimits), ...this.matrixTilesOf(shape)];
  }

  private matrixTilesOf(shape: ContractionShape): Tile[] {
    const { matrix, workgroupLimits } = this.settings.gpu;
    return matrix === undefined ? [] : matrixTilesFor(shape, workgroupLimits, matrix);
  }

  private plausible(shape: ContractionShape): Tile[] {
    const matrices = matrixTilesByRule(shape, this.matrixTilesOf(shape)).slice(0, TIMED_MATRICES);
    return [...plausibleTiles(shape, this.settings.gpu.workgroupLimits), ...matrices];
  }

  private async compile(kernel: Kernel, tiles: readonly Tile[]): Promise<void> {
    const { gpu, compile = compileTiles } = this.settings;
    const { ordinary, matrices } = byKind(tiles);
    const refuse = () => void this.refused.add(kernel);
    await Promise.all([
      compile(gpu, kernel, ordinary),
      matrices.length > 0 && compile(gpu, kernel, matrices).catch(refuse),
    ]);
  }

  /**
   * Without those of matrices that this GPU does not compile, or by which it does not compute the same: they are no part of
   * WebGPU yet, and each driver has them in its own way.
   */
  private async trusted(kernel: Kernel, tiles: readonly Tile[]): Promise<readonly Tile[]> {
    const { gpu, compare = distancesOf } = this.settings;
    const { ordinary, matrices } = byKind(tiles);
    if (matrices.length === 0 || this.refused.has(kernel)) return ordinary;
    const distances = await compare(gpu, kernel, matrices, ordinary[0]);
    return [...ordinary, ...matrices.filter((_, i) => distances[i] <= MOST_APART)];
  }

  private ruled(shape: ContractionShape): Tile {
    const { gpu, isSoftware } = this.settings;
    const { workgroupLimits: limits, matrix } = gpu;
    if (!isSoftware) return tileByRule(shape, limits);
    return (matrix && smallMatrixTile(shape, limits, matrix)) ?? smallTile(shape);
  }
}

/** Ordinary tiles, and those of matrices. */
function byKind(tiles: readonly Tile[]) {
  return {
    ordinary: tiles.filter(({ matrix }) => matrix === undefined),
    matrices: tiles.filter(({ matrix }) => matrix !== undefined),
  };
}

/** What a kernel computes, whatever its tensors are called: their types, and what is done with them. */
export function keyOf(kernel: Kernel): string {
  const tensors = tensorsOf(kernel);
  const nameOf = (tensor: Tensor) => `m${tensors.indexOf(tensor)}`;
  const types = tensors.map(({ type }) => formatType(type)).join(' ');
  return `${formatKernel(kernel, nameOf)} (${types})`;
}
