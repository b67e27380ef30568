import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerChoices } from '../ir/layer.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { convTranspose2d } from '../ops/conv.js';
import { chooseByRule, plausibleAlgorithms } from './algorithmRules.js';
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
      kept[fingerprint] = { ...choices, ...kept[fingerprint] };
      return kept[fingerprint];
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
  return { autotuner, chooserFor, timed, announced };
}

test('a layer is timed once and kept: the next process takes the algorithm that was the fastest', async () => {
  const plausible = plausibleAlgorithms(layer);
  assert.deepEqual(plausible, ['direct', 'subpixel']);
  for (const fastest of plausible) {
    const store = memory();
    const first = device(fastest, store);
    assert.equal((await first.chooserFor())(layer), fastest);
    await first.chooserFor();
    assert.deepEqual([first.timed.length, first.announced], [1, [1]]);

    const other = plausible.find((name) => name !== fastest)!;
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
  const { chooserFor, timed } = device('subpixel', { read: async () => ({}), add: async () => undefined });
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

test('of two processes that time at the same time, both go on with what was kept first', async () => {
  const kept: Kept = {};
  let meanwhile: Promise<unknown> | undefined;
  const first = device('direct', memory(kept));
  const second = device('subpixel', memory(kept), {
    time: async (_value, algorithms) => {
      meanwhile = first.chooserFor();
      await meanwhile;
      return Object.fromEntries(algorithms.map((name) => [name, name === 'subpixel' ? 1 : 2]));
    },
  });
  assert.equal((await second.chooserFor())(layer), 'direct');
  assert.deepEqual(Object.values(kept.here), [{ direct: 1, subpixel: 2 }]);
});

test('what was decided stays so, whatever the store says by then, with no timing and on this device alone', async () => {
  for (const algorithm of plausibleAlgorithms(layer)) {
    const before = device(algorithm, memory());
    (await before.chooserFor())(layer);
    const { decided } = before.autotuner;
    assert.deepEqual(Object.values(decided.algorithms), [algorithm]);

    const other = plausibleAlgorithms(layer).find((name) => name !== algorithm)!;
    const kept: Kept = {};
    await device(other, memory(kept)).chooserFor();
    for (const store of [memory(kept), memory(), undefined]) {
      const after = device(other, memory(), { store });
      after.autotuner.restore(decided);
      assert.equal((await after.chooserFor())(layer), algorithm);
      assert.deepEqual(after.timed, []);
      assert.deepEqual(after.autotuner.decided, decided);
    }
    const elsewhere = device(other, memory(), { fingerprint: 'elsewhere' });
    elsewhere.autotuner.restore(decided);
    assert.equal((await elsewhere.chooserFor())(layer), other);
  }
});

test('a decision for an algorithm that this version does not have is made anew', async () => {
  const { autotuner, chooserFor } = device('subpixel', memory());
  (await chooserFor())(layer);
  const [key] = Object.keys(autotuner.decided.algorithms);
  const later = device('direct', memory());
  later.autotuner.restore({ fingerprint: 'here', algorithms: { [key]: 'gone' } });
  assert.ok(layer.algorithms.includes((await later.chooserFor())(layer)));
});

test('by rule too, it is known what was decided', async () => {
  const { autotuner, chooserFor } = device('subpixel', memory(), { store: undefined });
  (await chooserFor())(layer);
  assert.deepEqual(Object.values(autotuner.decided.algorithms), [chooseByRule(layer)]);
});
