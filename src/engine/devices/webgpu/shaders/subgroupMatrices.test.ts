/**
 * Contractions by matrices of subgroups, which SwiftShader does not have: Dawn's adapter that computes nothing reads their WGSL
 * and refuses what is not valid. What they compute is compared by `subgroupMatrices.slow.test.ts`, where something has them.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import {
  allHalves,
  convolutionBeyond,
  drawnContractions,
  drawnMaps,
  drawnRows,
} from '../../../../../test/drawnKernels.js';
import { foundGpu } from '../../../../../test/foundDevices.js';
import { kernelShader } from '../kernelShader.js';
import { SUBGROUP_MATRIX } from '../matrixOf.js';
import { contractionShape } from './contractionShape.js';
import { matrixTilesByRule, matrixTilesFor } from './matrixTiles.js';
import { bytesOf, invocationsOf, type MatrixShape, sharesOf, tileName } from './tile.js';

await foundGpu?.dispose();

/** An NVIDIA H200's. */
const LARGE = { bytes: 49_152, invocations: 1024 };
const MATRICES: readonly MatrixShape[] = [
  { rows: 16, columns: 16, terms: 16, invocations: 32 },
  { rows: 16, columns: 8, terms: 16, invocations: 32 },
];

const skip = foundGpu === undefined ? 'there is no WebGPU here' : false;
const device = skip === false ? await nullDevice() : undefined;
after(() => device?.destroy());

/** It takes all features and does nothing. */
async function nullDevice(): Promise<GPUDevice> {
  const { create } = await import('webgpu');
  const api = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
  const adapter = await api.requestAdapter();
  const device = await adapter!.requestDevice({
    requiredFeatures: ['shader-f16', 'subgroups', SUBGROUP_MATRIX],
  });
  return Object.assign(device, { api }); // Dawn's objects need it for as long as they are in use
}

async function assertValid(source: string): Promise<void> {
  const { messages } = await device!.createShaderModule({ code: source }).getCompilationInfo();
  assert.deepEqual(
    messages.map(({ message, lineNum }) => `${lineNum}: ${message}`),
    [],
    source,
  );
}

test('WGSL of drawn contractions by every tile of matrices is valid', { skip }, async () => {
  const drawn = fc.tuple(drawnContractions, fc.constantFrom(...MATRICES), fc.nat());
  await fc.assert(
    fc.asyncProperty(drawn, async ([exact, matrix, which]) => {
      const kernel = allHalves(exact);
      const shape = contractionShape(kernel);
      const tiles = shape === undefined ? [] : matrixTilesFor(shape, LARGE, matrix);
      if (tiles.length === 0) return;
      await assertValid(kernelShader(kernel, { tile: tiles[which % tiles.length], hasHalves: true }).source);
    }),
    { numRuns: 25, seed: 16 },
  );
});

test('WGSL over an adapter’s own 16-bit floats is valid', { skip }, async () => {
  const drawn = fc.oneof(drawnMaps, drawnRows, drawnContractions);
  await fc.assert(
    fc.asyncProperty(drawn, async (exact) => {
      await assertValid(kernelShader(allHalves(exact), { hasHalves: true }).source);
    }),
    { numRuns: 25, seed: 16 },
  );
});

const [matrix] = MATRICES;
const kernel = allHalves(convolutionBeyond(128, 128));
const shape = contractionShape(kernel)!;
const tiles = matrixTilesFor(shape, LARGE, matrix);

test('tiles of matrices are whole matrices, and fit', () => {
  assert.ok(tiles.length >= 5);
  for (const tile of tiles) {
    assert.equal(tile.rowsEach % matrix.rows, 0);
    assert.equal(tile.columnsEach % matrix.columns, 0);
    assert.equal(tile.depth % matrix.terms, 0);
    assert.ok(bytesOf(tile) <= LARGE.bytes && invocationsOf(tile) === 32 * sharesOf(tile), tileName(tile));
  }
  assert.equal(new Set(tiles.map(tileName)).size, tiles.length);
  assert.deepEqual(new Set(matrixTilesByRule(shape, tiles)), new Set(tiles));
});

test('factors in 32 bits are not multiplied by matrices of 16-bit floats', () => {
  const exact = contractionShape(convolutionBeyond(128, 128))!;
  assert.deepEqual(matrixTilesFor(exact, LARGE, matrix), []);
});

/** Beyond what the adapter that computes nothing can tell: each product once, of what a tile has. */
test('a subgroup multiplies every row of matrices of its own by every column', () => {
  for (const tile of tiles) {
    const { source } = kernelShader(kernel, { tile, hasHalves: true });
    const [down, right] = [tile.rowsEach / matrix.rows, tile.columnsEach / matrix.columns];
    const products = [
      ...source.matchAll(/(sum\d+_\d+) = subgroupMatrixMultiplyAccumulate\(left(\d+), right(\d+), \1\)/g),
    ];
    const pairs = products.map(([, name, left, other]) => `${name} ${left}_${other}`);
    assert.deepEqual(new Set(pairs), new Set(pairs.map((pair) => pair.replace(/sum(\S+) .*/, 'sum$1 $1'))));
    assert.equal(pairs.length, down * right);
    const width = (points: number) => points + 8;
    const left = `subgroup_matrix_left<f16, 16, 16>, col_major>(&rowTile, term * ${width(tile.rows)}u + ownRow, ${width(tile.rows)}u)`;
    const other = `subgroup_matrix_right<f16, 16, 16>, row_major>(&columnTile, term * ${width(tile.columns)}u + ownColumn, ${width(tile.columns)}u)`;
    assert.ok(source.includes(left) && source.includes(other), source);
  }
});
