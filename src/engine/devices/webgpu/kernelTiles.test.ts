import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allHalves, convolutionBeyond } from '../../../../test/drawnKernels.js';
import { gpuTest } from '../../../../test/foundDevices.js';
import { testGpu } from '../../../../test/kernelAgreement.js';
import type { TunedChoicesStore } from '../../runtime/tunedChoices.js';
import type { Gpu } from './gpu.js';
import { KernelTiles, keyOf } from './kernelTiles.js';
import { timeTiles } from './kernelTiming.js';
import { contractionShape } from './shaders/contractionShape.js';
import { type Tile, tileName } from './shaders/tile.js';
import { plausibleTiles, tileByRule } from './shaders/tileRules.js';
import { GUARANTEED, smallTile } from './shaders/tiles.js';

const kernel = convolutionBeyond(64, 64);
const shape = contractionShape(kernel)!;
const ruled = tileName(tileByRule(shape));
const others = plausibleTiles(shape).filter((tile) => tileName(tile) !== ruled);

function memory(): TunedChoicesStore & { readonly kept: Record<string, unknown> } {
  const kept: Record<string, unknown> = {};
  const add = async (_: string, choices: object) => Object.assign(kept, { ...choices, ...kept });
  return { kept, read: async () => kept, add };
}

/** Tiles of an adapter on which one takes 1 ms and all others 2 ms. */
function tilesWith(fastest: string, settings: { store?: TunedChoicesStore; isSoftware?: boolean } = {}) {
  let timed = 0;
  const tiles = new KernelTiles({
    ...{
      gpu: { workgroupLimits: GUARANTEED } as Gpu,
      fingerprint: 'here',
      isSoftware: false,
      worthTiming: 0,
    },
    compile: async () => {},
    time: async (_, __, candidates) => {
      timed += candidates.length;
      return Object.fromEntries(candidates.map(tileName).map((name) => [name, name === fastest ? 1 : 2]));
    },
    ...settings,
  });
  const choose = async () => {
    await tiles.prepare([kernel]);
    return tileName(tiles.tileOf(kernel)!);
  };
  return { tiles, choose, timed: () => timed };
}

const [fast, faster] = others.map(tileName);

test('the fastest tile is taken, from then on in all processes', async () => {
  const store = memory();
  const first = tilesWith(fast, { store });
  assert.equal(await first.choose(), fast);
  assert.equal(first.timed(), others.length + 1);
  assert.deepEqual(Object.keys(store.kept), [keyOf(kernel)]);
  const second = tilesWith(faster, { store });
  assert.equal(await second.choose(), fast);
  assert.equal(second.timed(), 0);
});

test('where nothing can be kept, and on an adapter in software, rules decide and nothing is timed', async () => {
  const nowhere = tilesWith(fast);
  assert.equal(await nowhere.choose(), ruled);
  const software = tilesWith(fast, { store: memory(), isSoftware: true });
  assert.equal(await software.choose(), tileName(smallTile(shape)));
  assert.equal(nowhere.timed() + software.timed(), 0);
});

test('a training that is continued computes by the tiles that it had', async () => {
  const before = tilesWith(fast, { store: memory() });
  await before.choose();
  const { decided } = before.tiles;
  assert.deepEqual(decided, { fingerprint: 'here', algorithms: { [keyOf(kernel)]: fast } });
  const after = tilesWith(faster, { store: memory() });
  after.tiles.restore(decided);
  assert.equal(await after.choose(), fast);
  assert.equal(after.timed(), 0);
  const elsewhere = tilesWith(faster, { store: memory() });
  elsewhere.tiles.restore({ ...decided, fingerprint: 'there' });
  assert.equal(await elsewhere.choose(), faster);
});

/** An H200's matrices, on an adapter that is faster by each than by any ordinary tile. */
function matricesWith(settings: { apart: number; compiles?: boolean }) {
  const { apart, compiles = true } = settings;
  const workgroupLimits = { bytes: 49_152, invocations: 1024 };
  const matrix = { rows: 16, columns: 16, terms: 16, invocations: 32 };
  const isMatrix = (tile: Tile) => tile.matrix !== undefined;
  return new KernelTiles({
    gpu: { workgroupLimits, matrix } as Gpu,
    ...{ fingerprint: 'here', isSoftware: false, worthTiming: 0, store: memory() },
    compile: async (_, __, tiles) => {
      if (!compiles && tiles.some(isMatrix)) throw new Error('the driver refuses it');
    },
    compare: async (_, __, tiles) => tiles.map(() => apart),
    time: async (_, __, tiles) =>
      Object.fromEntries(tiles.map((tile) => [tileName(tile), isMatrix(tile) ? 1 : 2])),
  });
}

const halves = allHalves(kernel);
async function chosenOf(tiles: KernelTiles): Promise<Tile> {
  await tiles.prepare([halves]);
  return tiles.tileOf(halves)!;
}

test('tensor cores are taken where they are faster and compute the same', async () => {
  assert.ok((await chosenOf(matricesWith({ apart: 4e-4 }))).matrix !== undefined);
  assert.equal((await chosenOf(matricesWith({ apart: 0.1 }))).matrix, undefined);
  assert.equal((await chosenOf(matricesWith({ apart: Number.POSITIVE_INFINITY }))).matrix, undefined);
  assert.equal((await chosenOf(matricesWith({ apart: 0, compiles: false }))).matrix, undefined);
});

test('factors in 32 bits stay off tensor cores', async () => {
  const tiles = matricesWith({ apart: 0 });
  await tiles.prepare([kernel]);
  assert.equal(tiles.tileOf(kernel)!.matrix, undefined);
});

test('contractions that compute the same have one key, whatever their tensors are called', () => {
  assert.equal(keyOf(convolutionBeyond(64, 64)), keyOf(kernel));
  assert.notEqual(keyOf(convolutionBeyond(64, 128)), keyOf(kernel));
});

gpuTest('an adapter times tiles', async () => {
  const small = smallTile(shape);
  const times = await timeTiles(await testGpu(), kernel, [small, { ...small, nested: true }]);
  assert.deepEqual(Object.keys(times), [small, { ...small, nested: true }].map(tileName));
  assert.ok(Object.values(times).every((milliseconds) => milliseconds > 0));
});
