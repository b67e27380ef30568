import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerChoices } from '../ir/layer.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { convTranspose2d } from '../ops/conv.js';
import { chooseByRule } from './algorithmRules.js';
import { Autotuner, type AutotunerSettings } from './autotuner.js';
import type { TunedChoicesStore } from './tunedChoices.js';

/** One layer with several algorithms, of which the rule takes 'direct'. */
function program(padding = 1) {
  const trace = new Trace(true);
  const y = trace.input('y', f32(1, 4, 8, 8));
  const weight = trace.input('weight', f32(4, 4, 4, 4));
  return trace.program({ x: convTranspose2d(y, weight, undefined, { stride: 2, padding }) });
}
const [{ layer }] = layerChoices(program());

type Kept = Record<string, Record<string, unknown>>;

/** Keeps choices in `kept`, by device. */
function memory(kept: Kept = {}): TunedChoicesStore {
  return {
    read: async (fingerprint) => kept[fingerprint] ?? {},
    add: async (fingerprint, choices) => {
      kept[fingerprint] = { ...kept[fingerprint], ...choices };
      return true;
    },
  };
}

/** A device on which one algorithm takes 1 ms and all others 2 ms. */
function device(fastest: string, store: TunedChoicesStore, settings: Partial<AutotunerSettings> = {}) {
  const timed: Value[] = [];
  const announced: number[] = [];
  const time = async (value: Value, algorithms: readonly string[]) => {
    timed.push(value);
    return Object.fromEntries(algorithms.map((name) => [name, name === fastest ? 1 : 2]));
  };
  const autotuner = new Autotuner({ fingerprint: 'here', worthTiming: 0, time, store, ...settings });
  const chooserFor = (asked = program()) => autotuner.chooserFor(asked, (layers) => announced.push(layers));
  return { chooserFor, timed, announced };
}

test('a layer is timed once and kept: the next process takes the algorithm that was the fastest', async () => {
  assert.deepEqual(layer.algorithms, ['direct', 'subpixel']);
  for (const fastest of layer.algorithms) {
    const store = memory();
    const first = device(fastest, store);
    assert.equal((await first.chooserFor())(layer), fastest);
    await first.chooserFor();
    assert.deepEqual([first.timed.length, first.announced], [1, [1]]);

    const other = layer.algorithms.find((name) => name !== fastest)!;
    const second = device(other, store);
    assert.equal((await second.chooserFor())(layer), fastest);
    assert.deepEqual([second.timed.length, second.announced], [0, []]);
  }
});

test('times of another device are left alone and not used', async () => {
  const kept: Kept = {};
  await device('subpixel', memory(kept), { fingerprint: 'elsewhere' }).chooserFor();
  const here = device('direct', memory(kept));
  assert.equal((await here.chooserFor())(layer), 'direct');
  assert.equal(here.timed.length, 1);
  assert.deepEqual(Object.keys(kept), ['elsewhere', 'here']);
  assert.deepEqual(Object.values(kept.elsewhere), [{ direct: 2, subpixel: 1 }]);
});

for (const [name, times] of Object.entries({
  'a text': 'fast',
  'a list': [1, 2],
  'no numbers': { direct: '1' },
})) {
  test(`an entry of another kind (${name}) counts as none`, async () => {
    const kept: Kept = {};
    await device('direct', memory(kept)).chooserFor();
    const [key] = Object.keys(kept.here);
    const { chooserFor, timed } = device('subpixel', memory({ here: { [key]: times } }));
    assert.equal((await chooserFor())(layer), 'subpixel');
    assert.equal(timed.length, 1);
  });
}

test('where nothing can be kept, nothing is timed and the rule decides', async () => {
  const { chooserFor, timed } = device('subpixel', { read: async () => ({}), add: async () => false });
  const choose = await chooserFor();
  assert.deepEqual(timed, []);
  assert.equal(choose(layer), chooseByRule(layer));
});

test('small layers are left to the rule', async () => {
  const kept: Kept = {};
  const { chooserFor, timed } = device('subpixel', memory(kept), { worthTiming: undefined });
  assert.equal((await chooserFor())(layer), chooseByRule(layer));
  assert.deepEqual([timed, kept], [[], {}]);
});

test('layers that differ in an attribute alone are timed each', async () => {
  const { chooserFor, announced } = device('direct', memory());
  for (const padding of [1, 0, 1]) await chooserFor(program(padding));
  assert.deepEqual(announced, [1, 1]);
});
