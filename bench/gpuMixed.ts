import { parseArgs } from 'node:util';
import { timeTiles } from '../src/engine/devices/webgpu/kernelTiming.js';
import { matrixTilesByRule, matrixTilesFor } from '../src/engine/devices/webgpu/shaders/matrixTiles.js';
import { matrixName, type Tile, tileName } from '../src/engine/devices/webgpu/shaders/tile.js';
import { plausibleTiles } from '../src/engine/devices/webgpu/shaders/tileRules.js';
import { distancesOf, MOST_APART } from '../src/engine/devices/webgpu/tileComparison.js';
import { openGpu } from './openGpu.js';
import { writeResults } from './report.js';
import {
  CONTRACTION_OPTIONS,
  type Contraction,
  contractionsOf,
  describeContraction,
  operationsOf,
} from './stepContractions.js';

/**
 * Every contraction of a default training step in mixed precision by matrices of subgroups (tensor cores) and by ordinary tiles, on
 * the same numbers: how far the results are apart, and both times. `node dist/bench/gpuMixed.js`; after `--`, any options of a
 * training. It ends with 1 where results differ.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...CONTRACTION_OPTIONS,
    /** Ordinary tiles that are timed of each contraction. */
    tiles: { type: 'string', default: '3' },
    /** The same of tiles of matrices. */
    matrices: { type: 'string', default: '6' },
    out: { type: 'string', default: 'bench/results/gpuMixed.json' },
  },
});

const gpu = await openGpu(values.gpu, { tensorCores: true });
const { matrix } = gpu;
console.log(`${gpu.name}: ${[...gpu.device.features].join(' ')}`);
console.log(
  `matrices: ${matrix === undefined ? 'none' : `${matrixName(matrix)} by ${matrix.invocations} invocations`}`,
);
const flags = ['--precision', 'mixed', '--batch_size', values.batch, ...positionals];
const results: Compared[] = [];
for (const contraction of contractionsOf(gpu, flags, Number(values.size), values.only)) {
  results.push(await compare(contraction));
}
const sum = (of: (result: Compared) => number) =>
  results.reduce((total, result) => total + result.count * of(result), 0);
const best = sum(({ ordinary, matrices }) =>
  Math.min(ordinary.milliseconds, ...(matrices ? [matrices.milliseconds] : [])),
);
const apart = Math.max(0, ...results.flatMap(({ matrices }) => matrices?.apart ?? []));
console.log(
  `all contractions of a step: ${sum(({ ordinary }) => ordinary.milliseconds).toFixed(2)} ms by ordinary tiles, ` +
    `${best.toFixed(2)} ms by the faster of both, at most ${apart.toExponential(1)} apart`,
);
writeResults(values.out, { adapter: gpu.name, matrix, flags, results });
await gpu.dispose();
process.exitCode = apart <= MOST_APART ? 0 : 1;

interface Timed {
  readonly tile: string;
  readonly milliseconds: number;
}

interface Compared extends Pick<Contraction, 'name' | 'count'> {
  readonly operations: number;
  readonly ordinary: Timed;
  readonly matrices: (Timed & { readonly apart: number; readonly times: readonly Timed[] }) | undefined;
}

/** The fastest of both kinds of tiles, and how far all tiles of matrices are from an ordinary one. */
async function compare(contraction: Contraction): Promise<Compared> {
  const { kernel, shape, name, count } = contraction;
  const limits = gpu.workgroupLimits;
  const ordinary = plausibleTiles(shape, limits).slice(0, Number(values.tiles));
  const all = matrix === undefined ? [] : matrixTilesByRule(shape, matrixTilesFor(shape, limits, matrix));
  const matrices = all.slice(0, Number(values.matrices));
  const ruled = matrices.length === 0 ? undefined : tileName(matrices[0]);
  const rate = ({ milliseconds }: Timed) => (operationsOf(shape) / milliseconds / 1e9).toFixed(1);
  const timed = async (tiles: readonly Tile[]): Promise<Timed[]> => {
    const times = Object.entries(tiles.length === 0 ? {} : await timeTiles(gpu, kernel, tiles));
    return times
      .map(([tile, milliseconds]) => ({ tile, milliseconds }))
      .sort((a, b) => a.milliseconds - b.milliseconds);
  };
  const distances = await distancesOf(gpu, kernel, matrices, ordinary[0]);
  for (const [i, own] of distances.entries()) {
    if (own > MOST_APART) console.log(`  ${tileName(matrices[i])} is ${own} apart in ${name}`);
  }
  const apart = Math.max(0, ...distances);
  const [plain, byMatrices] = [await timed(ordinary), await timed(matrices)];
  const text = (times: readonly Timed[]) =>
    times
      .slice(0, 3)
      .map((time) => {
        const mark = time.tile === ruled ? '*' : '';
        return `${mark}${time.tile}: ${(1000 * time.milliseconds).toFixed(0)} µs, ${rate(time)}`;
      })
      .join('; ');
  console.log(describeContraction(contraction));
  console.log(`    ${text(plain)}`);
  if (matrices.length > 0) console.log(`    ${text(byMatrices)} (${apart.toExponential(1)} apart)`);
  return {
    ...{ name, count, operations: operationsOf(shape), ordinary: plain[0] },
    matrices: matrices.length === 0 ? undefined : { ...byMatrices[0], apart, times: byMatrices },
  };
}
